"""The agency's recovery key opens every case, so nothing is sealed to a new one before this person has accepted it."""

from collections.abc import Mapping
from typing import Any, Final

from mediation.client.errors import ClientError
from mediation.client.signing_in import SignedIn
from mediation.protocol.authority import Authority
from mediation.protocol.encoding import b64

NAME: Final = "settings"
FIELD: Final = "recovery"


def accepted_recovery_pk(me: SignedIn, authority: Authority) -> bytes | None:
    """The recovery key to seal a new epoch's secret to, None if the agency has none.

    The first one seen is accepted and remembered. Raises `recovery-changed` for another one.
    """
    found = authority.agency.recovery_pk
    text = None if found is None else b64(found)
    settings: Mapping[str, Any] = me.memory.read(NAME).value or {}
    if FIELD not in settings:
        accept(me, authority)
    elif settings[FIELD] != text:
        raise ClientError("recovery-changed")
    return found


def accept(me: SignedIn, authority: Authority) -> None:
    """Accept the agency's present recovery key, after asking an administrator about it."""
    found = authority.agency.recovery_pk
    text = None if found is None else b64(found)
    me.memory.change(NAME, lambda value: {**(value or {}), FIELD: text})
