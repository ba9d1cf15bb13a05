"""Who may do what: one table, read by web, command line and worker alike.

`PERMISSIONS` maps noun:verb to a predicate of the actor and the target. `require` is the first line of every operation.
Targets are described by small protocols, so this module knows no model. Finding somebody else's object is not decided
here: queries go through the actor and answer 404.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from mediation.errors import NotAllowed, SignedOut

Kind = Literal["anyone", "participant", "staff", "system"]


@dataclass(frozen=True)
class Actor:
    """Who is acting. `roles` are those of the newest roster, empty for anybody who is not staff."""

    kind: Kind = "anyone"
    account_id: str | None = None
    agency_id: str | None = None
    staff_id: str | None = None
    participant_id: str | None = None
    case_id: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """What the audit trail hashes into a pseudonym: the staff_id, participant_id or kind."""
        return self.staff_id or self.participant_id or self.kind


ANYONE: Final = Actor()
SYSTEM: Final = Actor(kind="system")


class OfAccount(Protocol):
    """Something that belongs to one account."""

    @property
    def account_id(self) -> str | None:
        """The account."""


class OfCase(Protocol):
    """Something in a case; `facilitator_ids` are the staff_ids that the case's head names."""

    @property
    def case_id(self) -> str:
        """The case."""

    @property
    def facilitator_ids(self) -> frozenset[str]:
        """Who facilitates it."""


class OfParticipant(Protocol):
    """Something that belongs to one participant of a case."""

    @property
    def participant_id(self) -> str | None:
        """The participant."""


class OfWriter(Protocol):
    """Something that somebody wrote."""

    @property
    def author_id(self) -> str:
        """The participant_id or staff_id of the writer."""


Predicate = Callable[[Actor, Any], bool]


def anyone(actor: Actor, target: object) -> bool:
    """Signed in or not."""
    return True


def signed_in(actor: Actor, target: object) -> bool:
    """Any account."""
    return actor.account_id is not None


def system(actor: Actor, target: object) -> bool:
    """The server itself: sweeps, delivery, the command line."""
    return actor.kind == "system"


def own_account(actor: Actor, target: OfAccount) -> bool:
    """The account that the target belongs to."""
    return actor.account_id is not None and actor.account_id == target.account_id


def has_role(*roles: str) -> Predicate:
    """Staff with at least one of these roles on the newest roster."""

    def predicate(actor: Actor, target: object) -> bool:
        return actor.kind == "staff" and not actor.roles.isdisjoint(roles)

    return predicate


def participant(actor: Actor, target: object) -> bool:
    """Any participant."""
    return actor.kind == "participant"


def own_participant(actor: Actor, target: OfParticipant) -> bool:
    """The participant that the target belongs to."""
    return actor.kind == "participant" and actor.participant_id == target.participant_id


def writer(actor: Actor, target: OfWriter) -> bool:
    """The participant who wrote the target."""
    return actor.kind == "participant" and actor.participant_id == target.author_id


def case_facilitator(actor: Actor, target: OfCase) -> bool:
    """A facilitator on the roster whom the head of the target's case names."""
    return has_role("facilitator")(actor, target) and actor.staff_id in target.facilitator_ids


def either(*predicates: Predicate) -> Predicate:
    """At least one of the predicates."""

    def predicate(actor: Actor, target: object) -> bool:
        return any(one(actor, target) for one in predicates)

    return predicate


PERMISSIONS: Final[dict[str, Predicate]] = {
    # agency and staff
    "agency:set-up": anyone,  # with the one-time set-up code
    "agency:change": has_role("administrator"),
    "roster:issue": has_role("administrator"),
    "staff:list": has_role("administrator", "facilitator", "supervisor"),
    # accounts
    "session:start": anyone,
    "session:end": signed_in,
    "account:close": either(system, has_role("facilitator", "administrator")),
    "memory:read": own_account,
    "memory:write": own_account,
    # invitations
    "invitation:create-for-case": case_facilitator,
    "invitation:create-for-staff": has_role("administrator"),
    "invitation:list-for-case": case_facilitator,
    "invitation:list-for-staff": has_role("administrator"),
    "invitation:accept": anyone,  # nobody but the holder of the card can find the invitation
    "invitation:cancel-for-case": case_facilitator,
    "invitation:cancel-for-staff": has_role("administrator"),
    # cases
    "case:open": has_role("facilitator"),
    "case:read": either(case_facilitator, has_role("administrator", "supervisor")),
    "case:state": either(case_facilitator, has_role("administrator")),  # an issuer may stand in for one facilitator
    "case:export": case_facilitator,
    "case:erase": system,
    "consent:give": own_participant,
    "consent:write-down": case_facilitator,
    "participation:change": own_participant,
    "participation:change-for": case_facilitator,
    "participation:acknowledge": case_facilitator,
    # messages
    "message:submit": own_participant,
    "message:submit-as-staff": case_facilitator,
    "message:read": either(case_facilitator, has_role("administrator", "supervisor")),  # sealed: only for facilitators
    "message:hold": case_facilitator,
    "message:decide": case_facilitator,
    "message:rewrap": case_facilitator,
    "message:offer": system,
    "message:choose": own_participant,
    "message:choose-for": case_facilitator,
    "message:take-back": writer,
    "message:take-back-for": case_facilitator,
    "letters:read": participant,
    "queue:read": has_role("facilitator", "supervisor"),
    "task:finish": case_facilitator,
    # the audit log
    "log:follow": signed_in,
    "log:audit": has_role("auditor"),
    "log:compare": has_role("auditor", "facilitator"),
    "receipts:read": participant,
    "events:read": case_facilitator,
    # texts
    "contact:record": either(own_participant, case_facilitator),
    "contact:confirm": either(own_participant, case_facilitator),
    "text:deliver": system,
    "text:receive": system,
    "text:stop": system,
    "text:report": has_role("administrator"),
}


def require(actor: Actor, permission: str, target: object = None) -> None:
    """Raise `not-allowed` (403), or `signed-out` (401) for somebody not signed in, unless the table allows it."""
    if PERMISSIONS[permission](actor, target):
        return
    if actor.kind == "anyone":
        raise SignedOut("signed-out")
    raise NotAllowed("not-allowed")
