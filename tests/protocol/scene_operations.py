"""Whole scenes of the protocol as functions of plain JSON: what one party is given, and what they make of it.

`tests/js/scene_operations.mjs` has the same table for JavaScript. What comes out is plain JSON too, with sets sorted.
"""

from collections.abc import Callable
from typing import Any

from mediation.protocol import (
    case_chain,
    case_review,
    consent,
    counted,
    decision,
    decision_signing,
    documents,
    epoch,
    invitation,
    joining,
    members,
    message,
    message_open,
    note,
    order,
    pins,
    reading,
)
from mediation.protocol.encoding import parse_time, unb64
from mediation.protocol.order import Known
from tests.protocol.scene_part_operations import PARTS
from tests.protocol.scene_parts import (
    Inputs,
    author_out,
    data,
    everybody,
    head,
    joiner_in,
    joiner_out,
    kept_documents,
    known_in,
    lists,
    lists_out,
    maybe,
    order_in,
    order_out,
    pin,
    reader,
    record,
    trust,
    wraps,
)


def _authority(i: Inputs) -> Any:
    found = trust(i)
    return {
        "agency_id": found.agency.agency_id,
        "agency": found.agency.newest.hash,
        "roster": found.roster.hash,
        "seq": found.roster.seq,
        "staff": sorted(found.roster.staff),
        "lapse": found.lapse(),
    }


def _head(i: Inputs) -> Any:
    found = head(i)
    return {
        "case_id": found.case_id,
        "hash": found.hash,
        "epoch": found.epoch,
        "approvals": found.approvals_required,
        "counting": sorted(staff.staff_id for staff in found.counting.values()),
        "signed": list(found.signed.facilitators),
        "stand_in": None if found.signed.stand_in is None else found.signed.stand_in.staff_id,
        "lapse": found.lapse,
        "anchor_lags": found.anchor_lags,
        "pin": found.chain.pin(),
    }


def _members(i: Inputs) -> Any:
    opened = members.open_all if i["complete"] else members.open_some
    found = opened(head(i).payload, i["documents"])
    return {"people": [each.participant_id for each in found.people], "fillers": len(found.fillers)}


def _proposal(i: Inputs) -> Any:
    statement, signed = case_chain.check_proposal(head(i).chain, i["envelope"], trust(i))
    return {
        "hash": statement.hash,
        "facilitators": list(signed.facilitators),
        "stand_in": None if signed.stand_in is None else signed.stand_in.staff_id,
        "required": signed.required,
        "enough": signed.enough,
    }


def _counted(i: Inputs) -> Any:
    found = head(i)
    people = everybody(i, found)
    result = counted.counted(found, people, record(i), lists(i, found, people))
    return {**lists_out(result.lists), "doubtful": sorted(result.doubtful)}


def _step(i: Inputs) -> Any:
    found = head(i)
    before = everybody(i, found)
    statement, _ = case_chain.check_proposal(found.chain, i["envelope"], found.authority)
    after = members.open_all(statement.payload, i["after_documents"])
    checked = case_review.check_lists(
        found, before, lists(i, found, before), record(i), statement.payload, after, kept_documents(i["after_kept"])
    )
    joiners = [joiner_in(each) for each in i["joiners"]]
    case_review.check_admissions(before, after, {each.participant_id: each for each in joiners})
    return lists_out(checked)


def _consent(i: Inputs) -> Any:
    found = head(i)
    people = members.open_some(found.payload, i["documents"])
    newest = consent.newest(i["consents"], found, people, i["participant_id"], pin(i["pinned"]))
    return {"hash": newest.hash, "seq": newest.seq}


def _submission(i: Inputs) -> Any:
    found = head(i)
    people = everybody(i, found)
    ciphertext, block = data(i, "ciphertext"), data(i, "order_block")
    return message.check_submission(found, people, i["message"], ciphertext, block, wraps(i), i["used"]).hash


def _review(i: Inputs) -> Any:
    found = head(i)
    people = everybody(i, found)
    links = {int(number): bytes.fromhex(text) for number, text in i["links"].items()}
    secrets = epoch.open_history(data(i, "secret"), found.case_id, found.chain.epoch_pks, links)
    opened = message_open.open_as_facilitator(
        found,
        people,
        lists(i, found, people).facilitators,
        i["message"],
        data(i, "ciphertext"),
        wraps(i),
        data(i, "order_block"),
        secrets,
        known_in(i["known"]),
    )
    return {
        "author": author_out(opened.author),
        "text": opened.text,
        "lang": opened.lang,
        "order": order_out(opened.order),
        "alarms": list(opened.alarms),
        "marked": opened.marked,
        "stands": opened.stands,
    }


def _offer(i: Inputs) -> Any:
    found = head(i)
    me = reader(i, found)
    offer = reading.verify_offer(found, me, i["decision"], i["message"], maybe(i, "note"))
    text = None
    if i["ciphertext_hex"] is not None:
        opened = reading.open_letter(found, offer, me, data(i, "ciphertext"), data(i, "wrap"))
        text = {"text": opened.text, "lang": opened.lang}
    return {
        "author": author_out(offer.author),
        "signers": list(offer.decision.signers),
        "stands": offer.decision.stands,
        "note": offer.note,
        "checkpoint": offer.checkpoint,
        "text": text,
    }


def _private(i: Inputs) -> Any:
    found = head(i)
    text = reading.open_private(found, reader(i, found), i["message"], data(i, "ciphertext"), data(i, "wrap"))
    return {"text": text.text, "lang": text.lang}


def _own(i: Inputs) -> Any:
    found = head(i)
    text = reading.open_own(found, reader(i, found), i["message"], data(i, "ciphertext"), data(i, "wrap"))
    return {"text": text.text, "lang": text.lang}


def _decision(i: Inputs) -> Any:
    found = head(i)
    people = everybody(i, found)
    statement = message.verify(i["message"], found, people).statement
    submitted = decision_signing.check_submission(
        found,
        people,
        i["message"],
        i["decision"],
        i["consents"],
        newest=i["newest"],
        standing=i["standing"],
        decided=[decision.verify(each, found, statement) for each in i["decided"]],
        taken_back=i["taken_back"],
        proposal=i["proposal"],
    )
    final = decision_signing.is_final(submitted, found, statement)
    return {"hash": submitted.statement.hash, "signers": list(submitted.signers), "final": final}


def _invitation(i: Inputs) -> Any:
    found = invitation.open_(data(i, "blob"), data(i, "mac"), data(i, "secret"), parse_time(i["now"]))
    return {
        "invite": found.invite.hash,
        "root_pk": found.root_pk.hex(),
        "roster": found.authority.roster.hash,
        "case": None if found.chain is None else found.chain.hash,
        "invite_id": found.secrets.invite_id,
    }


def _join(i: Inputs) -> Any:
    now = parse_time(i["trust"]["now"])
    return joiner_out(joining.check(i["join"], data(i, "mac"), i["invite"], data(i, "ik"), head(i), i["used"], now))


def _join_staff(i: Inputs) -> Any:
    now = parse_time(i["trust"]["now"])
    given = i["join"], data(i, "mac"), i["invite"], data(i, "ik"), trust(i), i["used"], now
    return joiner_out(joining.check_staff(*given))


def _epoch(i: Inputs) -> Any:
    epoch_pks = [unb64(each) for each in i["epoch_pks"]]
    links = {int(number): bytes.fromhex(text) for number, text in i["links"].items()}
    secret = epoch.open_seal(data(i, "seal"), data(i, "box_seed"), i["case_id"], i["epoch"], epoch_pks[-1])
    return {kid: each.hex() for kid, each in epoch.open_history(secret, i["case_id"], epoch_pks, links).items()}


def _recover(i: Inputs) -> Any:
    secrets = {str(at): bytes.fromhex(each) for at, each in enumerate(i["secrets"])}
    return invitation.recover(data(i, "blob"), secrets, i["case_id"], i["invite_id"]).hex()


def _from_text(i: Inputs) -> Any:
    found = documents.from_text(i["text"])
    return None if found is None else {"name": found[0], "value": found[1]}


SCENES: dict[str, Callable[[Inputs], Any]] = {
    **PARTS,
    "documents.from_text": _from_text,
    "documents.to_text": lambda i: documents.to_text(i["name"], i["value"]),
    "order.alarms": lambda i: list(order.alarms(order_in(i["order"]), known_in(i["known"]) or Known())),
    "pins.check": lambda i: pins.check(i["document"]),
    "reading.compare_checkpoint": lambda i: reading.compare_checkpoint(i["kept"], i["offered"], i["consistent"]),
    "scene.authority": _authority,
    "scene.consent": _consent,
    "scene.counted": _counted,
    "scene.decision": _decision,
    "scene.epoch": _epoch,
    "scene.head": _head,
    "scene.invitation": _invitation,
    "scene.join": _join,
    "scene.join_staff": _join_staff,
    "scene.members": _members,
    "scene.note": lambda i: note.open_(data(i, "sealed"), data(i, "box_seed"), i["note_hash"]).text,
    "scene.offer": _offer,
    "scene.own": _own,
    "scene.private": _private,
    "scene.proposal": _proposal,
    "scene.recover": _recover,
    "scene.review": _review,
    "scene.step": _step,
    "scene.submission": _submission,
}
