"""Parts of scenes: single checks that need a head, a member or a roster, as functions of plain JSON.

`tests/js/scene_part_operations.mjs` has the same table for JavaScript.
"""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from mediation.protocol import (
    anchors,
    authority,
    bundle,
    consent,
    counted,
    decision,
    decision_signing,
    encoding,
    envelope,
    epoch,
    joining,
    members,
    message_kinds,
    message_open,
    note,
    order,
    reading,
)
from mediation.protocol.errors import ProtocolError
from tests.protocol.scene_parts import (
    Inputs,
    author_out,
    data,
    everybody,
    head,
    lists,
    maybe,
    order_out,
    reader,
    record,
    trust,
    wraps,
)


def _current(i: Inputs) -> None:
    authority.check_current(trust(i))


def _prove(i: Inputs) -> Any:
    return anchors.Anchors(i["hashes"].items()).prove(i["case_id"])


def _consent_handed_in(i: Inputs) -> Any:
    found = head(i)
    previous = None if i["previous"] is None else envelope.parse(i["previous"], "consent")
    handed_in = consent.check_submission(found, everybody(i, found), i["consent"], previous)
    return {"hash": handed_in.hash, "seq": handed_in.seq}


def _admitted(i: Inputs) -> None:
    member = members.parse(i["document"])
    assert member
    joining.check_admitted(member, i["participant_id"], data(i, "sign_pk"), data(i, "box_pk"))


def _answers(i: Inputs) -> None:
    message_kinds.check_answers(envelope.parse(i["message"], "message").payload, i["known"])


def _mistakes(i: Inputs) -> list[str]:
    """What comes of mistakes of our own, here a key that is no bytes: they are not taken for refusals, which may be
    passed over or have a kept list speak instead."""
    found, own = head(i), cast(Any, SimpleNamespace(participant_id="", staff_id="", sign_pk=0))
    claimed = envelope.parse(i["record"]["decisions"][0], "decision")
    statements = [envelope.parse(each, "message") for each in i["record"]["messages"]]
    about = next(each for each in statements if each.hash == claimed.payload["message_hash"])
    people = members.Members((own,), (), complete=True)
    odd = replace(found, counting={each["keyid"]: own for each in claimed.envelope["signatures"]})
    return [
        _outcome(lambda: counted.counted(found, people, record(i), counted.Lists())),
        _outcome(lambda: decision.read(claimed.envelope, odd, about, {claimed.hash})),
    ]


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except ProtocolError as error:
        return error.code
    except TypeError:
        return "mistake"
    return "passed over"


def _opened_later(i: Inputs) -> Any:
    found = head(i)
    offered = reading.verify_offer(found, reader(i, found), i["decision"], i["message"], maybe(i, "note"))
    later = head({**i, "trust": {**i["trust"], "now": i["later"]}})
    return reading.open_letter(later, offered, reader(i, later), data(i, "ciphertext"), data(i, "wrap")).text


def _letter(i: Inputs) -> Any:
    found = head(i)
    return author_out(reading.verify_letter(found, reader(i, found), i["message"]).author)


def _fill(i: Inputs) -> Any:
    """How many people and fillers there are when documents are filled up."""
    filled = members.fill(i["documents"])
    fillers = sum(set(each) == {"salt"} for each in filled)
    return {"people": len(filled) - fillers, "fillers": fillers}


def _co_sign(i: Inputs) -> Any:
    """One more signature, perhaps `later` than the message was opened."""
    found = head(i)
    people = everybody(i, found)
    links = {int(number): bytes.fromhex(text) for number, text in i["links"].items()}
    secrets = epoch.open_history(data(i, "secret"), found.case_id, found.chain.epoch_pks, links)
    sealed = data(i, "ciphertext"), wraps(i), data(i, "order_block")
    kept = lists(i, found, people).facilitators
    opened = message_open.open_as_facilitator(found, people, kept, i["message"], *sealed, secrets)
    later = found if i["later"] is None else head({**i, "trust": {**i["trust"], "now": i["later"]}})
    return decision_signing.co_sign(
        later,
        opened,
        i["decision"],
        i["consents"],
        consents={each: consent.newest(given, found, people, each) for each, given in i["agreed"].items()},
        note=None if i["note"] is None else note.open_(bytes.fromhex(i["note"]), data(i, "secret"), i["note_hash"]),
        seed=data(i, "seed"),
        decided=[decision.verify(each, found, opened.statement) for each in i["decided"]],
    )


PARTS: dict[str, Callable[[Inputs], Any]] = {
    "anchors.prove": _prove,
    "authority.check_current": _current,
    "bundle.new_keys": lambda i: bundle.new_keys(data(i, "root_pk")).root_pk.hex(),
    "encoding.canonical_bytes": lambda i: encoding.canonical(data(i, "value")),
    "members.check_admitted": _admitted,
    "members.fill": _fill,
    "message_kinds.check_answers": _answers,
    "order.open": lambda i: order_out(order.open_(data(i, "sealed"), data(i, "secret"), i["order_hash"])),
    "scene.consent_handed_in": _consent_handed_in,
    "scene.mistakes": _mistakes,
    "scene.letter": _letter,
    "scene.opened_later": _opened_later,
    "scene.co_sign": _co_sign,
}
