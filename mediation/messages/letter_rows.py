"""What is asked for a participant's letters: three questions for all of them, answered from indexes of the person.

They are made once, and name the columns that are needed: rows, not objects. Parameters: `person`, their participant_id,
and `box_kid`, the name of their box key.
"""

from typing import Any, Final

from sqlalchemy import String, bindparam, literal, select, union_all
from sqlalchemy.orm import lazyload

from mediation.accounts.lasting import lasting
from mediation.cases.models import Case, Member
from mediation.messages.models import Decision, Message, MessageRecipient, Wrap

PERSON: Final = bindparam("person", type_=String)
BOX_KID: Final = bindparam("box_kid", type_=String)
STANDS: Final = (
    select(Case, Member)
    .outerjoin(Member, Member.participant_id == PERSON)
    .where(Case.case_id == bindparam("case", type_=String))
    .options(lazyload(Case.facilitators))
)
"""A participant's case and their row, if there is one: objects, since what follows asks both for much."""
OWN_WRAP: Final = (Wrap.message_id == Message.message_id) & (Wrap.box_kid == BOX_KID)
OFFERED: Final = (
    select(
        MessageRecipient.message_id,
        MessageRecipient.state,
        MessageRecipient.tell,
        MessageRecipient.not_before,
        MessageRecipient.offered_at,
        Message.number,
        Message.author_id,
        lasting(Message.envelope),
        Message.ciphertext,
        lasting(Decision.envelope).label("decision"),
        Decision.note_recipient,
        Wrap.seal,
    )
    .join(Message, Message.message_id == MessageRecipient.message_id)
    .outerjoin(Decision, Decision.hash == MessageRecipient.decision_hash)
    .outerjoin(Wrap, OWN_WRAP)
    .where(MessageRecipient.participant_id == PERSON)
)
"""Everything that was ever for this person, whether it may be shown or not."""


def _own(part: str, *conditions: Any) -> Any:
    return (
        select(
            literal(part, literal_execute=True).label("part"),
            Message.message_id,
            Message.number,
            lasting(Message.envelope),
            Message.ciphertext,
            Message.submitted_at,
            Message.taken_back_at,
            Wrap.seal,
        )
        .outerjoin(Wrap, OWN_WRAP)
        .where(*conditions)
    )


OWN: Final = union_all(
    _own("letter", Message.author_id == PERSON, Message.kind == "relay"),
    _own("private", Message.thread_with == PERSON),
).order_by("number")
"""The letters that this person wrote, and everything of their private thread."""
SENT_TO: Final = (
    select(
        MessageRecipient.message_id,
        MessageRecipient.participant_id,
        MessageRecipient.state,
        MessageRecipient.told,
        MessageRecipient.not_before,
        MessageRecipient.offered_at,
        Member.in_head,
        Member.standing,
    )
    .join(Message, Message.message_id == MessageRecipient.message_id)
    .join(Member, Member.participant_id == MessageRecipient.participant_id)
    .where(Message.author_id == PERSON, Message.kind == "relay")
    .order_by(MessageRecipient.message_id, MessageRecipient.participant_id)
)
