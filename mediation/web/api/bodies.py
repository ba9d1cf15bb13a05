"""Bodies that several modules of the API take."""

from typing import Annotated, Literal

from pydantic import Field

from mediation.accounts.records import AccountRecord
from mediation.protocol.encoding import unb64
from mediation.web.api import HashText, IdText, Strict

SignInName = Annotated[str, Field(min_length=1, max_length=80)]
Salt = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$", description="16 bytes in base64url")]
Bundle = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{224}$", description="168 bytes in base64url")]


class Account(Strict):
    """An account as its holder's browser makes it; the sign-in name is made by the server."""

    account_id: IdText
    salt: Salt
    opslimit: Annotated[int, Field(ge=3, le=16)]
    memlimit: Annotated[int, Field(ge=64 * 1024 * 1024, le=256 * 1024 * 1024)]
    auth: HashText
    bundle: Bundle
    revision: Literal[1]

    def record(self) -> AccountRecord:
        """As the operations take it."""
        return AccountRecord(
            self.account_id,
            self.salt,
            self.opslimit,
            self.memlimit,
            unb64(self.auth),
            unb64(self.bundle),
            self.revision,
        )
