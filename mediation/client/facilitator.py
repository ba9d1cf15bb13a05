"""The facilitator's desk: their cases, a new one, and what waits today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mediation.client import people, trust
from mediation.client.case_room import Case, staff_named
from mediation.client.recovery import accept, accepted_recovery_pk
from mediation.client.signing_in import SignedIn
from mediation.client.steps import LASTS
from mediation.protocol import authority, case, case_chain, case_head, epoch, members
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import kid, random_bytes
from mediation.protocol.roster import Staff

PAGE: Final = 50
"""How many cases the server lists at once."""


@dataclass(frozen=True)
class Person:
    """Somebody without a device who is in a new case from the start."""

    side: str
    role: str = "party"


@dataclass(frozen=True)
class NewCase:
    """A new case, and the participant_ids of those who are in it from the start, in the order given."""

    case: Case
    reference: str
    assisted: Sequence[str]


class Facilitator:
    """What a facilitator does, signed in as `me`."""

    def __init__(self, me: SignedIn) -> None:
        self.me = me

    def staff(self) -> list[Staff]:
        """Everybody on the newest roster, verified."""
        return list(trust.load(self.me).authority.roster.staff.values())

    def cases(self) -> list[Any]:
        """Their cases as the server lists them, newest first; `case(…).file()` verifies one. Raises ApiError."""
        found: list[Any] = self.me.transport.get("/cases")
        page = found
        while len(page) == PAGE:
            page = self.me.transport.get("/cases", {"after": found[-1]["case_id"]})
            found += page
        return found

    def case(self, case_id: str) -> Case:
        """One of their cases."""
        return Case(self.me, case_id)

    def queue(self) -> list[Any]:
        """What waits today, oldest first, as the server says. Raises ApiError."""
        page = self.me.transport.get("/queue")
        items: list[Any] = page["items"]
        while page["more"] is not None:
            page = self.me.transport.get("/queue", {"after": page["more"]})
            items += page["items"]
        return items

    def done(self, task_id: str) -> None:
        """Tick a task off. Raises ApiError."""
        self.me.transport.post(f"/tasks/{task_id}/done", {})

    def accept_recovery_key(self) -> None:
        """Accept that the agency has another recovery key than before, after asking an administrator."""
        accept(self.me, trust.load(self.me).authority)

    def open_case(self, cover: Collection[str], *, approvals: int = 1, assisted: Sequence[Person] = ()) -> NewCase:
        """A new case with this facilitator, and others (staff_ids) as cover or to co-sign.

        Raises `not-mine` for somebody who is no facilitator, `recovery-changed`, ApiError.
        """
        found = trust.load(self.me).authority
        authority.check_current(found)
        staff = staff_named(found.roster.staff.values(), [str(self.me.staff_id), *cover])
        secret, nonce = epoch.new_secret(), random_bytes(case_chain.NONCE_SIZE)
        recovery_pk = accepted_recovery_pk(self.me, found)
        added = [people.new_member(each.side, each.role) for each in assisted]
        documents = members.fill([document for _, document in added] or [])
        envelope = case.first(
            self.me.keys.sign_seed,
            nonce,
            roster=found.roster,
            facilitators=staff,
            approvals_required=approvals,
            members=members.hashes(documents),
            epoch_pk=epoch.public_key(secret),
            issued_on=found.now.date(),
            expires_on=found.now.date() + LASTS,
        )
        chain = case_chain.start(envelope, nonce, found)
        case_head.check_current(case_head.assess(chain, found, None))
        keys = [*(each.box_pk for each in staff), *([] if recovery_pk is None else [recovery_pk])]
        seals = [{"box_kid": kid(key), "seal": b64(epoch.seal(secret, chain.case_id, 1, key))} for key in keys]
        body = {"nonce": b64(nonce), "case": envelope, "seals": seals, "documents": documents}
        answer = self.me.transport.post("/cases", body)
        return NewCase(Case(self.me, chain.case_id), answer["reference"], [each for each, _ in added])
