"""What waits, asked in one statement: each kind of thing is an arm of a union, answered from an index of its own.

`OWN` asks for the cases of a facilitator and never looks beyond them, `EVERY` for those of an agency. Both give the
columns of `COLUMNS`, whoever paused or stopped first (rank 0), then oldest first, from a key on. Parameters: `agency`,
`staff`, `soon` (cases that expire by then are to be renewed), `agreeing` (staff_id and sign_kid of everybody on the
newest roster, joined), `rank`, `since` and `key` of the last one seen, `size`.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from mediation.accounts.models import Account, Invitation, RosterStatement
from mediation.accounts.states import InvitationState
from mediation.cases.models import Case, CaseFacilitator, CaseStatement, Member
from mediation.cases.states import Standing, StatementState
from mediation.db import UtcTime
from mediation.messages.models import Decision, Message, MessageRecipient, Task
from mediation.messages.states import DecisionState, RecipientState
from mediation.messages.tasks import TaskKind
from mediation.sms.models import TextTask

RENEW_DAYS: Final = 10
FOR_THE_ACTIVE: Final = (TaskKind.PRINT, TaskKind.READ_TOGETHER)
"""Tasks that rest while the person has paused."""
STANDING: Final = "acknowledge"
"""Somebody has paused or stopped. Until a facilitator has seen it, their page tells them so: it outranks any age."""
REFS: Final = ("task_id", "message_id", "participant_id", "hash", "invite_id")
COLUMNS: Final = ("rank", "since", "key", "kind", "case_id", "reference", *REFS)


class RenewFrom(FunctionElement[Any]):
    """From when on a case is to be renewed, by the day on which it expires: `RENEW_DAYS` before that day ends."""

    type = UtcTime()
    inherit_cache = True


@compiles(RenewFrom, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d 00:00:00.000000', {day}, '-{RENEW_DAYS - 1} days')"


@compiles(RenewFrom, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"timezone('UTC', CAST({day} - {RENEW_DAYS - 1} AS TIMESTAMP))"


_own = aliased(CaseFacilitator, name="own")
_STAFF: Final = bindparam("staff", type_=String)
_SOON: Final = bindparam("soon", type_=Date)


def _word(column: Any, value: str) -> ColumnElement[bool]:
    """A column is this word, which stands in the statement itself: only then an index of those rows alone is used."""
    equal: ColumnElement[bool] = column == literal(value, column.type, literal_execute=True)
    return equal


def _arm(
    source: FromClause, kind: Any, since: Any, key: Any, *conditions: Any, **refs: Any
) -> Select[Any]:
    nothing = literal_column("NULL", String)
    return (
        select(
            literal_column("0" if kind == STANDING else "1", Integer).label("rank"),
            since.label("since"),
            key.label("key"),
            (literal_column(f"'{kind}'", String) if isinstance(kind, str) else kind).label("kind"),
            Case.case_id,
            Case.reference,
            *(refs.get(name, nothing).label(name) for name in REFS),
        )
        .select_from(source)
        .where(*conditions)
    )


_covering = exists().where(
    Decision.message_id == MessageRecipient.message_id,
    _word(Decision.state, DecisionState.PROPOSED),
    or_(Decision.recipient_id.is_(None), Decision.recipient_id == MessageRecipient.participant_id),
)


def _in_review(every: bool, *conditions: Any) -> ColumnElement[bool]:
    """A message is still in review for somebody. Found from the case where it is one's own, else from what is open."""
    if every:
        state = MessageRecipient.state == RecipientState.IN_REVIEW
        return Message.message_id.in_(select(MessageRecipient.message_id).where(state, *conditions))
    of_this = MessageRecipient.message_id == Message.message_id
    # Not a bare column: SQLite would look through all that is in review anywhere, for each message.
    here = type_coerce(MessageRecipient.state, String).concat("") == str(RecipientState.IN_REVIEW)
    return exists().where(of_this, here, *conditions).correlate(Message)


def _unsigned(envelope: Any) -> ColumnElement[bool]:
    """None of the signatures names the actor's key in this case."""
    text, quoted = cast(envelope, Text), literal_column("'\"'", String)
    return or_(_own.sign_kid.is_(None), func.replace(text, quoted.concat(_own.sign_kid).concat(quoted), "") == text)


def _letters(cases: Any, scope: ColumnElement[bool], *, every: bool) -> list[Select[Any]]:
    """Letters in review for which nobody has proposed anything yet, and those on hold."""
    source = cases.join(Message, Message.case_id == Case.case_id)
    refs = {"message_id": Message.message_id, "participant_id": Message.author_id}
    fresh = (scope, Message.held_at.is_(None), _in_review(every, ~_covering))
    held = (scope, Message.held_at.is_not(None), _in_review(every))
    return [
        _arm(source, "review", Message.submitted_at, Message.message_id, *fresh, **refs),
        _arm(source, "held", Message.held_at, Message.message_id, *held, **refs),
    ]


def _proposals(cases: Any, scope: ColumnElement[bool]) -> list[Select[Any]]:
    """Decisions and steps of a case that lack the actor's signature."""
    decision = (scope, _word(Decision.state, DecisionState.PROPOSED), _unsigned(Decision.envelope))
    refs = {"message_id": Decision.message_id, "participant_id": Decision.recipient_id, "hash": Decision.hash}
    decisions = cases.join(Decision, Decision.case_id == Case.case_id)
    step = (scope, _word(CaseStatement.state, StatementState.PROPOSED), _unsigned(CaseStatement.envelope))
    statements = cases.join(CaseStatement, CaseStatement.case_id == Case.case_id)
    posted, hash_ = CaseStatement.posted_at, CaseStatement.hash
    return [
        _arm(decisions, "second-approval", Decision.proposed_at, Decision.hash, *decision, **refs),
        _arm(statements, "second-signature", posted, hash_, *step, hash=hash_),
    ]


def _people(cases: Any, scope: ColumnElement[bool]) -> list[Select[Any]]:
    """Whoever has joined and waits to be admitted, and whoever has paused or stopped and was not seen yet."""
    invited = cases.join(Invitation, Invitation.case_id == Case.case_id)
    joined = invited.join(Account, Account.account_id == Invitation.account_id)
    refs = {"invite_id": Invitation.invite_id, "participant_id": Invitation.participant_id}
    waits = (scope, _word(Invitation.state, InvitationState.JOINED))
    members = cases.join(Member, Member.case_id == Case.case_id)
    away = Member.standing != literal(Standing.ACTIVE, Member.standing.type, literal_execute=True)
    unseen = (scope, Member.in_head.is_(True), away, Member.acknowledged_at.is_(None))
    person = Member.participant_id
    return [
        _arm(joined, "admit", Account.created_at, Invitation.invite_id, *waits, **refs),
        _arm(members, STANDING, Member.since, person, *unseen, participant_id=person),
    ]


def _tasks(cases: Any, scope: ColumnElement[bool]) -> list[Select[Any]]:
    source = cases.join(Task, Task.case_id == Case.case_id).join(Member, Member.participant_id == Task.participant_id)
    rest = Task.kind.not_in([str(kind) for kind in FOR_THE_ACTIVE])
    waits = (scope, Task.done_at.is_(None), or_(Member.standing == Standing.ACTIVE, rest))
    refs = {"task_id": Task.task_id, "message_id": Task.message_id, "participant_id": Task.participant_id}
    of_texts = cases.join(TextTask, TextTask.case_id == Case.case_id)
    told = {"task_id": TextTask.task_id, "participant_id": TextTask.participant_id}
    open_ = (scope, TextTask.done_at.is_(None))
    return [
        _arm(source, Task.kind, Task.created_at, Task.task_id, *waits, **refs),
        _arm(of_texts, TextTask.kind, TextTask.created_at, TextTask.task_id, *open_, **told),
    ]


def _renewals(cases: Any, scope: ColumnElement[bool]) -> list[Select[Any]]:
    """Cases that expire soon, and those with a facilitator on whom the newest roster no longer agrees."""
    named = CaseFacilitator.staff_id.concat(CaseFacilitator.sign_kid)
    agreeing = bindparam("agreeing", expanding=True, type_=String)
    disagrees = exists().where(CaseFacilitator.case_id == Case.case_id, named.not_in(agreeing)).correlate(Case)
    newest = select(RosterStatement.created_at).where(RosterStatement.agency_id == Case.agency_id)
    issued = newest.order_by(RosterStatement.seq.desc()).limit(1).correlate(Case).scalar_subquery()
    ends = Case.expires_on
    return [
        _arm(cases, "renew-case", RenewFrom(ends), Case.case_id, scope, ends <= _SOON),
        _arm(cases, "renew-case", issued, Case.case_id, scope, ends > _SOON, disagrees),
    ]


def _queue(cases: Any, scope: ColumnElement[bool], *, every: bool) -> Select[Any]:
    others = [arm for kind in (_proposals, _people, _tasks, _renewals) for arm in kind(cases, scope)]
    found = union_all(*_letters(cases, scope, every=every), *others).subquery("waiting")
    place = tuple_(found.c.rank, found.c.since, found.c.key)
    last = tuple_(
        bindparam("rank", type_=Integer), bindparam("since", type_=UtcTime()), bindparam("key", type_=String)
    )
    ordered = select(*(found.c[name] for name in COLUMNS)).where(place > last)
    return ordered.order_by(found.c.rank, found.c.since, found.c.key).limit(bindparam("size", type_=Integer))


_ours = Case.agency_id == bindparam("agency", type_=String)
_case, _facilitates = Case.__table__, _own.case_id == Case.case_id
OWN: Final = _queue(_case.join(_own, _facilitates), _own.staff_id == _STAFF, every=False)
EVERY: Final = _queue(_case.outerjoin(_own, _facilitates & (_own.staff_id == _STAFF)), _ours, every=True)
