"""Whether a database holds whole acts and nothing else: each row beside the others of its act and its audit event."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation.cases.models import Case, Member
from mediation.db import Base, engine_from, reading
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import open_event
from mediation.messages.models import Decision, Message, MessageRecipient, Task, Wrap
from mediation.messages.states import DecisionState, RecipientState
from mediation.protocol.encoding import parse_canonical
from mediation.settings import Settings
from mediation.sms.models import Contact, DemonstrationText, OutboxText
from tests.bench.prepared import Prepared

Events = Counter[tuple[str, str]]
"""How many events there are of a kind about a message or a text."""
UNDECIDED = {RecipientState.IN_REVIEW}


def faults(engine: Engine) -> list[str]:
    """What is half done, in words; nothing if all is well."""
    with reading(engine) as session:
        events = _events(session)
        return [*_messages(session, events), *_released(session, events), *_texts(session, events)]


def all_there(settings: Settings, acknowledged: Sequence[Prepared], letters: int) -> None:
    """Everything that was acknowledged is there, the whole ways of so many letters, and nothing is half done."""
    engine = engine_from(settings)
    assert faults(engine) == []
    with reading(engine) as session:
        states = {row.message_id: row.state for row in session.scalars(select(MessageRecipient))}
        stored = set(session.scalars(select(Message.message_id)))
    engine.dispose()
    posted = [one for one in acknowledged if one.body is not None]
    released = {one.path.split("/")[4] for one in posted if one.path.endswith("/decisions")}
    opened = {one.path.split("/")[4] for one in posted if one.path.endswith("/opening")}
    assert len(released) == len(opened) == letters
    assert released <= stored
    assert {states[one] for one in opened} == {RecipientState.OPENED}


def _all(session: Session, table: type[Base]) -> list[Any]:
    return list(session.scalars(select(table)))


def _events(session: Session) -> Events:
    keys = {row.scope: row.key for row in _all(session, AuditKey)}
    found: Events = Counter()
    numbers: dict[tuple[str, str], list[int]] = {}
    for row in session.scalars(select(AuditEvent).order_by(AuditEvent.qid)):
        scope = row.case_id or "agency"
        event: Mapping[str, Any] = parse_canonical(open_event(keys[scope], row)[1])
        refs = event["refs"]
        found[event["kind"], refs.get("message") or refs.get("text") or ""] += 1
        numbers.setdefault((scope, event["actor"]), []).append(event["n"])
    for name, counted in numbers.items():
        assert sorted(counted) == list(range(len(counted))), f"events of {name} are missing or doubled"
    return found


def _messages(session: Session, events: Events) -> Iterator[str]:
    wrapped = {row.message_id for row in _all(session, Wrap)}
    addressed = {row.message_id for row in _all(session, MessageRecipient)}
    messages = {row.message_id: row for row in _all(session, Message)}
    for name, row in messages.items():
        if name not in wrapped:
            yield f"{name} has no wrap"
        if row.kind == "relay" and name not in addressed:
            yield f"{name} has no recipient"
        if events["message.submitted", name] != 1:
            yield f"{name} has {events['message.submitted', name]} events of having been handed in"
    for kind, name in events:
        if kind == "message.submitted" and name not in messages:
            yield f"{name} was handed in and is not there"
    for case in _all(session, Case):
        numbers = sorted(row.number for row in messages.values() if row.case_id == case.case_id)
        if numbers != list(range(1, case.messages + 1)):
            yield f"case {case.case_id} counts {case.messages} and has {numbers}"


def _released(session: Session, events: Events) -> Iterator[str]:
    final = {row.message_id: row for row in _all(session, Decision) if row.state is DecisionState.FINAL}
    keys = {row.participant_id: row.box_kid for row in _all(session, Member)}
    wraps = {(row.message_id, row.box_kid) for row in _all(session, Wrap)}
    asked = {row.message_id for row in _all(session, Task) if row.kind == "ask-how-it-landed"}
    for row in _all(session, MessageRecipient):
        name, decided = row.message_id, row.state not in UNDECIDED
        if decided != (name in final) or (decided and row.decision_hash != final[name].hash):
            yield f"{name} is {row.state} and its decision says otherwise"
        if decided and (name, keys[row.participant_id]) not in wraps:
            yield f"{name} was released without its key"
        opened = row.state is RecipientState.OPENED
        if opened != (name in asked):
            yield f"{name} is {row.state} and the task to ask how it landed says otherwise"
        offered = row.offered_at is not None
        expected = {"message.released": decided, "message.offered": offered, "message.opened": opened}
        for kind, happened in expected.items():
            if events[kind, name] != int(happened):
                yield f"{name} is {row.state} and has {events[kind, name]} events {kind}"


def _texts(session: Session, events: Events) -> Iterator[str]:
    contacts = {row.participant_id for row in _all(session, Contact)}
    kept = {row.text_id for row in _all(session, DemonstrationText)}
    texts = _all(session, OutboxText)
    offered = {row.participant_id for row in _all(session, MessageRecipient) if row.offered_at is not None}
    for person in (offered & contacts) - {row.participant_id for row in texts}:
        yield f"{person} was offered something and no text was queued"
    for row in texts:
        if events["sms.queued", row.text_id] < 1:
            yield f"text {row.text_id} was queued without an event"
        if (row.state == "sent") != (events["sms.sent", row.text_id] == 1) or events["sms.sent", row.text_id] > 1:
            yield f"text {row.text_id} is {row.state} with {events['sms.sent', row.text_id]} events of having been sent"
        if row.state == "sent" and row.text_id not in kept:
            yield f"text {row.text_id} is said to be sent, and was not"
        if (row.state == "sending") != (row.leased_until is not None):
            yield f"text {row.text_id} is {row.state} and its lease says otherwise"
