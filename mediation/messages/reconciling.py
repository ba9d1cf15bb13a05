"""Holds messages, decisions and where each message stands for each recipient against what the log tells of a case.

What was told is played again from the events; what an event does not say (who the recipients are, what a decision
decides) is read from the signed statement whose hash it names.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from mediation.cases.models import Case
from mediation.ledger.trail import Facts, Recorded, Told, Trail, hash_of, hold_against, payload_of, time
from mediation.ledger.verifying import Report
from mediation.messages.models import Decision, Message, MessageRecipient, Task
from mediation.messages.states import DecisionState, RecipientState
from mediation.protocol import message_kinds
from mediation.sms.models import TextTask

LIFTING: Final = (
    "message.unheld",
    "message.taken-back",
    "decision.proposed",
    "decision.signed",
    "message.released",
    "message.returned",
    "message.stopped",
)
"""Events after which a message is on hold no more."""
FINAL: Final = {"message.released": "release", "message.returned": "return", "message.stopped": "stop"}
CLOSED: Final = {"message.returned": RecipientState.RETURNED, "message.stopped": RecipientState.STOPPED}
MOVED: Final = {
    "message.offered": RecipientState.OFFERED,
    "message.kept": RecipientState.KEPT,
    "message.with-facilitator": RecipientState.WITH_FACILITATOR,
    "message.not-wanted": RecipientState.NOT_WANTED,
    "message.opened": RecipientState.OPENED,
    "message.recalled": RecipientState.RECALLED,
}
Statements = Mapping[str, Mapping[str, Any]]
"""What was signed, by the key of its row."""


def reconcile(session: Session, trail: Trail, report: Report) -> None:
    """Find what does not agree in a case; the agency has no messages."""
    if trail.case_id is None:
        return
    messages, decisions = _messages(session, trail), _decisions(session, trail.case_id)
    said = {key: payload_of(row.pop("stored"), "message") for key, row in messages.items()}
    decided = {key: payload_of(row.pop("stored"), "decision") for key, row in decisions.items()}
    hold_against(report, "message", messages, _messages_told(trail, said))
    hold_against(report, "decision", decisions, _decisions_told(trail, decided))
    hold_against(report, "recipient of", _recipients(session, trail.case_id), _recipients_told(trail, said, decided))
    _check_tasks(session, trail, report)
    counted = session.scalar(select(Case.messages).where(Case.case_id == trail.case_id))
    if counted is not None and counted != sum(1 for _ in trail.of("message.submitted")):
        report.find("row-differs", f"case {trail.case_id}: it counts other messages than the log tells of.")


def _messages(session: Session, trail: Trail) -> Told:
    columns = (
        *(Message.message_id, Message.number, Message.kind, Message.author_id, Message.author_kid, Message.scribe_id),
        *(Message.thread_with, Message.hash, Message.envelope, Message.submitted_at, Message.held_by, Message.held_at),
        Message.taken_back_at,
    )
    return {
        row.message_id: {
            "stored": row.envelope,
            "envelope": hash_of(row.envelope, "message"),
            "hash": row.hash,
            "number": row.number,
            "hand": trail.name(row.scribe_id or row.author_id),
            "kind": row.kind,
            "author_id": row.author_id,
            "author_kid": row.author_kid,
            "thread": row.thread_with,
            "submitted_at": time(row.submitted_at),
            "held_by": trail.name(row.held_by),
            "held_at": time(row.held_at),
            "taken_back_at": time(row.taken_back_at),
        }
        for row in session.execute(select(*columns).where(Message.case_id == trail.case_id))
    }


def _messages_told(trail: Trail, said: Statements) -> Told:
    told: Told = {}
    for each in trail.of("message.submitted", "message.held", *LIFTING):
        if each.kind == "message.submitted":
            told[each.ref("message")] = _submitted(each, len(told) + 1, said.get(each.ref("message"), {}))
            continue
        facts = told.setdefault(each.ref("message"), {})
        on_hold = each.kind == "message.held"
        facts["held_by"], facts["held_at"] = (each.event.actor, each.at) if on_hold else (None, None)
        if each.kind == "message.taken-back":
            facts["taken_back_at"] = each.at
    return told


def _submitted(each: Recorded, number: int, said: Mapping[str, Any]) -> Facts:
    statement = each.ref("statement")
    return {
        "envelope": statement,
        "hash": statement,
        "number": number,
        "hand": each.event.actor,
        "submitted_at": each.at,
        "held_by": None,
        "held_at": None,
        "taken_back_at": None,
        **{name: said[name] for name in ("kind", "author_id", "author_kid") if name in said},
        **({"thread": _thread(said)} if said else {}),
    }


def _thread(said: Mapping[str, Any]) -> str | None:
    if said["kind"] != "private":
        return None
    return str(said["recipients"][0] if said["recipients"] else said["author_id"])


def _decisions(session: Session, case_id: str) -> Told:
    columns = (
        *(Decision.hash, Decision.message_id, Decision.recipient_id, Decision.decision, Decision.envelope),
        *(Decision.state, Decision.not_before, Decision.proposed_at, Decision.decided_at),
    )
    return {
        row.hash: {
            "stored": row.envelope,
            "envelope": hash_of(row.envelope, "decision"),
            "message_id": row.message_id,
            "recipient_id": row.recipient_id,
            "decision": row.decision,
            "state": row.state,
            "not_before": time(row.not_before),
            "proposed_at": time(row.proposed_at),
            "decided_at": time(row.decided_at),
        }
        for row in session.execute(select(*columns).where(Decision.case_id == case_id))
    }


def _decisions_told(trail: Trail, decided: Statements) -> Told:
    told: Told = {}
    for each in trail.of("decision.proposed", "decision.signed", "decision.dropped", *FINAL):
        key = each.ref("decision")
        facts = told.setdefault(key, _proposed(each, decided.get(key, {})))
        if each.kind in FINAL:
            facts |= {"state": DecisionState.FINAL, "decided_at": each.at, "decision": FINAL[each.kind]}
        elif each.kind == "decision.dropped":
            facts["state"] = DecisionState.DROPPED
    return told


def _proposed(each: Recorded, said: Mapping[str, Any]) -> Facts:
    return {
        "envelope": each.ref("decision"),
        "message_id": each.ref("message"),
        "state": DecisionState.PROPOSED,
        "proposed_at": each.at,
        "decided_at": None,
        **{name: said[name] for name in ("recipient_id", "decision", "not_before") if name in said},
    }


def _recipients(session: Session, case_id: str) -> Told:
    row_of = MessageRecipient
    columns = (
        *(row_of.message_id, row_of.participant_id, row_of.state, row_of.decision_hash, row_of.not_before),
        *(row_of.offered_at, row_of.changed_at),
    )
    wanted = select(*columns).join(Message, Message.message_id == row_of.message_id)
    return {
        (row.message_id, row.participant_id): {
            "state": row.state,
            "decision_hash": row.decision_hash,
            "not_before": time(row.not_before),
            "offered_at": time(row.offered_at),
            "changed_at": time(row.changed_at),
        }
        for row in session.execute(wanted.where(Message.case_id == case_id))
    }


def _recipients_told(trail: Trail, said: Statements, decided: Statements) -> Told:
    told: Told = {}
    for each in trail.of("message.submitted", *FINAL, *MOVED):
        message = each.ref("message")
        if each.kind == "message.submitted":
            payload = said.get(message, {})
            if payload.get("kind") in message_kinds.DECIDED:
                told |= {(message, one): _in_review(each) for one in payload["recipients"]}
        elif each.kind in FINAL:
            _decide(told, each, decided.get(each.ref("decision"), {}))
        else:
            facts = told.setdefault((message, each.ref("recipient")), {})
            facts |= {"state": MOVED[each.kind], "changed_at": each.at}
            if each.kind == "message.offered":
                facts["offered_at"] = each.at
    return told


def _in_review(each: Recorded) -> Facts:
    nothing = {"decision_hash": None, "not_before": None, "offered_at": None}
    return {"state": RecipientState.IN_REVIEW, "changed_at": each.at, **nothing}


def _decide(told: Told, each: Recorded, decision: Mapping[str, Any]) -> None:
    """A release is for one recipient, a return or a stop for all that are still open."""
    changes: Facts = {"decision_hash": each.ref("decision"), "changed_at": each.at}
    if each.kind == "message.released":
        changes |= {"state": RecipientState.RELEASED, "not_before": decision.get("not_before")}
        told.setdefault((each.ref("message"), decision.get("recipient_id", "nobody")), {}).update(changes)
        return
    for (message, _), facts in told.items():
        if message == each.ref("message") and facts.get("state") is RecipientState.IN_REVIEW:
            facts.update(changes, state=CLOSED[each.kind])


def _check_tasks(session: Session, trail: Trail, report: Report) -> None:
    """What somebody marked as done is done. (Tasks that settle themselves have no event.)"""
    wanted = select(Task.task_id, Task.message_id, Task.done_at, Task.done_by).where(Task.case_id == trail.case_id)
    of_texts = select(TextTask.task_id, literal("").label("message_id"), TextTask.done_at, TextTask.done_by)
    both = [*session.execute(wanted), *session.execute(of_texts.where(TextTask.case_id == trail.case_id))]
    rows: Told = {
        row.task_id: {"message": row.message_id, "done_at": time(row.done_at), "done_by": trail.name(row.done_by)}
        for row in both
    }
    told: Told = {
        each.ref("task"): {"message": each.ref("message"), "done_at": each.at, "done_by": each.event.actor}
        for each in trail.of("task.done")
    }
    hold_against(report, "task", {key: rows[key] for key in told if key in rows}, told)
