"""The people of a case: inviting them, hearing their six words before they are admitted, and their standing.

Also for somebody who lost their passphrase: a new invitation, new keys, and the keys of what they may still read made
anew for them. Other members see nothing of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mediation.client import cards, consenting, steps
from mediation.client.cards import Card, CaseHistory
from mediation.client.case_file import CaseFile
from mediation.client.errors import ClientError
from mediation.client.steps import Adopted, Change
from mediation.protocol import case_head, invitation, invitation_secret, joining, members
from mediation.protocol.encoding import new_id, unb64
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Member

JOINED: Final = "joined"
Hears = Callable[[Sequence[str]], bool]
"""Asked with six words; true only if the newcomer has just said the same, on the phone or in the room."""


@dataclass(frozen=True)
class Waiting:
    """Somebody whose answer to an invitation of this case holds, and who waits to be admitted."""

    invite_id: str
    joiner: Joiner
    words: Sequence[str]


def new_member(side: str, role: str = "party") -> tuple[str, dict[str, Any]]:
    """The id and the document of somebody who takes part with help, without a device."""
    participant_id = new_id()
    document = members.build(
        participant_id=participant_id,
        side=side,
        role=role,
        assisted=True,
        sign_pk=None,
        box_pk=None,
        invite_hash=None,
    )
    return participant_id, document


def add_assisted(file: CaseFile, side: str, role: str = "party") -> tuple[str, Adopted]:
    """Somebody without a device joins the case: their participant_id, and what became of the step."""
    participant_id, document = new_member(side, role)
    return participant_id, steps.take(file, Change(people={participant_id: document}))


def invite(file: CaseFile, side: str, role: str = "party", participant_id: str | None = None) -> Card:
    """A card for somebody new, or (`participant_id`) for a member who lost their passphrase or now has a device.

    Raises ApiError, the head's lapse.
    """
    case_head.check_current(file.head)
    known = None if participant_id is None else file.people.get(participant_id)
    secret, now = invitation_secret.new_secret(), file.me.clock()
    own = cards.secrets_of(secret)
    person = participant_id or new_id()
    signed = invitation.build(
        file.me.keys.sign_seed,
        agency_id=file.head.agency_id,
        case_id=file.case_id,
        participant_id=person,
        key_com=own.key_com,
        expires_at=now + cards.LASTS,
        side=side if known is None else known.side,
        role=role if known is None else known.role,
        assisted=known is not None and known.assisted,
    )
    kept = invitation.keep(own.ik, file.head.epoch_pk, file.case_id, own.invite_id)
    history = CaseHistory(file.view["statements"], unb64(file.view["nonce"]))
    file.me.transport.post("/invitations", cards.body(own, file.trust, history, signed, kept))
    return cards.card(file.me.transport.base_url, secret, person, now + cards.LASTS)


def waiting(file: CaseFile) -> list[Waiting]:
    """Everybody who joined and waits. Raises what `check_join` raises: cancel an invitation whose answer fails."""
    return [check_join(file, row) for row in file.view["invitations"] if row["state"] == JOINED]


def find(file: CaseFile, invite_id: str) -> Waiting:
    """Who waits with this invitation. Raises `not-mine`, and what `check_join` raises."""
    for row in file.view["invitations"]:
        if row["invite_id"] == invite_id and row["state"] == JOINED:
            return check_join(file, row)
    raise ClientError("not-mine")


def check_join(file: CaseFile, row: Mapping[str, Any]) -> Waiting:
    """The answer to an invitation, verified with the secret that was kept for the case's facilitators.

    Raises what `invitation.recover` and `joining.check` raise.
    """
    ik = invitation.recover(unb64(row["sealed_secret"]), file.secrets, file.case_id, row["invite_id"])
    now, used = file.head.now, file.used_invites
    joiner = joining.check(row["join"], unb64(row["join_mac"]), row["invite"], ik, file.head, used, now)
    return Waiting(row["invite_id"], joiner, joiner.words(file.me.keys.root_pk))


def heard(found: Waiting, hears: Hears) -> Joiner:
    """The newcomer, once their six words were heard. Raises `words-differ`."""
    if not hears(found.words):
        raise ClientError("words-differ")
    return found.joiner


def admit(file: CaseFile, found: Waiting, hears: Hears) -> Adopted:
    """Admit whoever waits, after hearing their words. Raises `words-differ`, and what `steps.take` raises."""
    joiner = heard(found, hears)
    known = file.people.find(joiner.participant_id)
    change = Change(people={joiner.participant_id: document_of(joiner, known)}, joiner=joiner, admits=found.invite_id)
    return steps.take(file, change)


def document_of(joiner: Joiner, known: Member | None) -> dict[str, Any]:
    """The member document of somebody who joined; `known`: their entry so far, whose kept list stays."""
    return members.build(
        participant_id=joiner.participant_id,
        side=str(joiner.side),
        role=str(joiner.role),
        assisted=joiner.assisted,
        sign_pk=joiner.sign_pk,
        box_pk=joiner.box_pk,
        invite_hash=joiner.invite_hash,
        kept=None if known is None else known.kept,
    )


def remove(file: CaseFile, participant_id: str) -> Adopted:
    """Somebody leaves the case for good. Raises `member-unknown`, and what `steps.take` raises."""
    file.people.get(participant_id)
    return steps.take(file, Change(people={participant_id: None}))


def agree_for(file: CaseFile, participant_id: str, text: str, means: str) -> None:
    """Write down the consent of somebody who takes part with help. `means`: letter, dictation or recording.

    Raises ApiError, `consent-scribe-wrong`, the head's lapse.
    """
    given = [each for each in file.view["consents"] if consenting.person(each) == participant_id]
    scribe = {"staff_id": str(file.me.staff_id), "means": means}
    consenting.give(file.me, file.head, file.people, participant_id, text, given, scribe)
