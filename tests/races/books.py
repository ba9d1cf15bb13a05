"""Counting afterwards: what is stored of a case must add up with itself and with its audit trail, however it came.

Every state of a letter follows from exactly the events that lead there, each of them once; nobody has a key to a letter
that no final decision gave them; every numbering is without gap or double.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation.cases.models import Case, CaseStatement, Member
from mediation.db import reading
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import open_event, pseudonym
from mediation.messages.models import Decision, Message, MessageRecipient, Wrap
from mediation.messages.states import UNOPENED, RecipientState
from mediation.protocol.encoding import parse_canonical

GIVEN: Final = (RecipientState.RELEASED, *UNOPENED, RecipientState.OPENED)
CLOSED: Final = {RecipientState.RETURNED: "return", RecipientState.STOPPED: "stop"}
DECIDED: Final = {"release": "message.released", "return": "message.returned", "stop": "message.stopped"}


@dataclass
class Books:
    """What is stored of one case, and its trail in the order in which it was written."""

    case: Case
    messages: list[Message]
    recipients: list[MessageRecipient]
    decisions: list[Decision]
    wraps: set[tuple[str, str]]
    members: dict[str, Member]
    statements: list[CaseStatement]
    events: list[dict[str, Any]] = field(repr=False)
    key: bytes = field(repr=False)

    def kinds(self) -> Counter[str]:
        """How many events there are of each kind."""
        return Counter(event["kind"] for event in self.events)

    def about(self, kind: str, *names: str) -> Counter[tuple[str, ...]]:
        """How many events of a kind there are about each thing, told by these refs."""
        return Counter(tuple(each["refs"][name] for name in names) for each in self.events if each["kind"] == kind)

    def pseudonym(self, name: str) -> str:
        """What an actor (a staff_id or participant_id) is called in the trail."""
        return pseudonym(self.key, "actor", name)

    def state_of(self, message_id: str) -> str:
        """Where a letter to one recipient stands."""
        (row,) = [each for each in self.recipients if each.message_id == message_id]
        return str(row.state)


def books(engine: Engine, case_id: str) -> Books:
    """Look everything up, as of one moment."""
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        messages = list(session.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.number)))
        ids = [each.message_id for each in messages]
        wraps = session.execute(select(Wrap.message_id, Wrap.box_kid).where(Wrap.message_id.in_(ids)))
        members = session.scalars(select(Member).where(Member.case_id == case_id))
        return Books(
            case,
            messages,
            list(session.scalars(select(MessageRecipient).where(MessageRecipient.message_id.in_(ids)))),
            list(session.scalars(select(Decision).where(Decision.case_id == case_id))),
            {(row.message_id, row.box_kid) for row in wraps},
            {each.participant_id: each for each in members},
            list(session.scalars(select(CaseStatement).where(CaseStatement.case_id == case_id))),
            *_trail(session, case_id),
        )


def _trail(session: Session, scope: str) -> tuple[list[dict[str, Any]], bytes]:
    key = session.get_one(AuditKey, scope).key
    rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == scope).order_by(AuditEvent.qid))
    return [parse_canonical(open_event(key, row)[1]) for row in rows], key


def audit(engine: Engine, case_id: str) -> Books:
    """Whatever must hold of a case at any time. Raises AssertionError."""
    found = books(engine, case_id)
    _check_numbers(found)
    _check_submitted(found)
    for row in found.recipients:
        _check_recipient(found, row)
    _check_decisions(found)
    adopted = [each.seq for each in found.statements if each.state == "adopted"]
    assert sorted(adopted) == list(range(1, found.case.head_seq + 1))
    return found


def _check_numbers(found: Books) -> None:
    assert [each.number for each in found.messages] == list(range(1, found.case.messages + 1))
    counted: dict[str, list[int]] = {}
    for event in found.events:
        counted.setdefault(event["actor"], []).append(event["n"])
    assert all(each == list(range(len(each))) for each in counted.values()), "somebody's events have a gap or a double"


def _check_submitted(found: Books) -> None:
    assert found.about("message.submitted", "message") == _once((each.message_id,) for each in found.messages)
    taken_back = _once((each.message_id,) for each in found.messages if each.taken_back_at is not None)
    assert found.about("message.taken-back", "message") == taken_back


def _once(things: Iterable[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter(dict.fromkeys(things, 1))


def _check_recipient(found: Books, row: MessageRecipient) -> None:
    """A letter is where the events about it have led, each of them once."""
    mine = (row.message_id, row.participant_id)
    final = [each for each in found.decisions if each.message_id == row.message_id and each.state == "final"]
    releases = [each for each in final if each.recipient_id == row.participant_id]
    assert len(releases) <= 1, "released twice"
    member = found.members[row.participant_id]
    has_key = member.box_kid is not None and (row.message_id, member.box_kid) in found.wraps
    assert has_key == bool(releases), "a key without a release, or a release without a key"
    if row.state in GIVEN:
        assert row.decision_hash == releases[0].hash
    if row.state is RecipientState.IN_REVIEW:
        assert not final
    if row.state in CLOSED:
        (closing,) = [each for each in final if each.hash == row.decision_hash]
        assert closing.decision == CLOSED[row.state]
    seen = {kind: found.about(f"message.{kind}", "message", "recipient")[mine] for kind in ("offered", "recalled")}
    assert seen == {
        "offered": int(row.offered_at is not None),
        "recalled": int(row.state is RecipientState.RECALLED),
    }
    opened = found.about("message.opened", "message", "recipient")[mine]
    assert opened == int(row.state is RecipientState.OPENED), "opened and recalled, or opened twice"


def _check_decisions(found: Books) -> None:
    for word, kind in DECIDED.items():
        made = _once((each.hash,) for each in found.decisions if each.decision == word and each.state == "final")
        assert found.about(kind, "decision") == made, f"{kind} does not tell of exactly the decisions that were made"
    proposed = Counter((each.message_id, each.recipient_id) for each in found.decisions if each.state == "proposed")
    assert all(number == 1 for number in proposed.values()), "two proposals about one thing"
