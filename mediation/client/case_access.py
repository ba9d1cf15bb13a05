"""How one of its facilitators reaches a case: what its people, letters and writing have in common."""

from dataclasses import dataclass
from typing import Any

from mediation.client import case_file
from mediation.client.case_file import CaseFile
from mediation.client.signing_in import SignedIn


@dataclass(frozen=True)
class CaseAccess:
    """The case `case_id` for a facilitator who is signed in. `opens`: whether they can open what is in it."""

    me: SignedIn
    case_id: str
    opens: bool = True

    def file(self) -> CaseFile:
        """The case as it is now, verified. Raises what `case_file.load` raises."""
        return case_file.load(self.me, self.case_id, opens=self.opens)

    def post(self, path: str, body: Any) -> Any:
        """What the server answers. Raises ApiError."""
        return self.me.transport.post(path, body)

    def put(self, path: str, body: Any) -> Any:
        """As `post`."""
        return self.me.transport.put(path, body)

    def delete(self, path: str) -> Any:
        """As `post`."""
        return self.me.transport.delete(path)
