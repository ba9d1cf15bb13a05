"""Plain words for everything that a participant's own acts leave in the audit trail: every kind has its sentence."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask_babel import gettext as _

from mediation.ledger.receipts import Receipt


def sentences() -> dict[str, str]:
    """What somebody did, by the kind of the event, as it is said to themselves."""
    return {
        "invitation.joined": _("You joined."),
        "session.started": _("You signed in."),
        "session.ended": _("You signed out."),
        "consent.given": _("You said yes to taking part."),
        "consent.paused": _("You paused."),
        "consent.withdrawn": _("You stopped."),
        "contact.recorded": _("You chose how we reach you."),
        "contact.confirmed": _("You typed the code that came to your phone."),
        "message.submitted": _("You sent a letter, or a line to your facilitator."),
        "message.taken-back": _("You took a letter back."),
        "message.opened": _("You opened a letter."),
        "message.kept": _("You kept a letter for later."),
        "message.with-facilitator": _("You chose to read a letter with your facilitator."),
        "message.not-wanted": _("You chose not to have a letter."),
        "message.told": _("You let the writer know that you opened a letter."),
    }


def by_day(receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    """[{day, acts: [{receipt_id, sentence, time, covered}]}], in the order given; times are those of the server."""
    said = sentences()
    return [
        {"day": day, "acts": [_act(each, said[each.kind]) for each in acts]}
        for day, acts in groupby(receipts, lambda each: each.at.date().isoformat())
    ]


def _act(receipt: Receipt, sentence: str) -> dict[str, Any]:
    return {
        "receipt_id": receipt.receipt_id,
        "sentence": sentence,
        "time": f"{receipt.at:%H:%M}",
        "covered": receipt.index is not None,
    }
