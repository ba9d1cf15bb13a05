"""The door: one server of the service, where somebody sets an agency up, opens an invitation, or signs in."""

from typing import Any

import httpx

from mediation.client import invitation, set_up, signing_in
from mediation.client.invitation import OpenInvitation
from mediation.client.set_up import SetUp
from mediation.client.signing_in import Clock, SignedIn, utc_now
from mediation.client.transport import Transport


class Site:
    """A server at an origin such as http://127.0.0.1:8000. Everybody who signs in gets a conversation of their own.

    `wire` replaces the network (such as `httpx.WSGITransport(app)`), `clock` the time: an aware UTC datetime.
    """

    def __init__(self, base_url: str, *, wire: httpx.BaseTransport | None = None, clock: Clock = utc_now) -> None:
        self.base_url = base_url
        self.clock = clock
        self._wire = wire

    def transport(self) -> Transport:
        """A new conversation with the server, signed out."""
        return Transport(self.base_url, self._wire)

    def agency(self) -> dict[str, Any]:
        """What anybody may know of the agency: name, support numbers, labels. Raises ApiError."""
        answer: dict[str, Any] = self.transport().get("/agency")
        return answer

    def set_up(self, set_up_code: str, *, agency_name: str, display_name: str, phrase: str) -> SetUp:
        """Found the agency with its first administrator. Raises what `set_up.found` raises."""
        return set_up.found(
            self.transport(),
            set_up_code,
            agency_name=agency_name,
            display_name=display_name,
            phrase=phrase,
            clock=self.clock,
        )

    def sign_in(self, sign_in_name: str, phrase: str) -> SignedIn:
        """Sign in. Raises what `signing_in.sign_in` raises."""
        return signing_in.sign_in(self.transport(), sign_in_name, phrase, self.clock)

    def invitation(self, code: str) -> OpenInvitation:
        """An invitation from its printed code, verified. Raises what `invitation.open_` raises."""
        return invitation.open_(self.transport(), code, self.clock)
