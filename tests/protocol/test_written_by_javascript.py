"""What JavaScript writes, Python reads: every statement and every sealed thing, in a world that Python made.

The other way round `test_two_languages` does: there JavaScript reads what Python wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import (
    agency,
    anchors,
    authority,
    case_chain,
    case_head,
    case_review,
    consent,
    counted,
    decision,
    decision_signing,
    epoch,
    invitation,
    invitation_secret,
    joining,
    members,
    note,
    reading,
)
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.encoding import format_date, format_time
from mediation.protocol.envelope import add_signature
from mediation.protocol.primitives import kid
from mediation.protocol.reading import Reader
from tests.protocol.javascript import JavaScript
from tests.protocol.scene_operations import SCENES
from tests.protocol.scenes import Stage
from tests.protocol.world import MONTH, Agency, Person, person
from tests.protocol.world_case import CHECKPOINT, TEXT_HASH

TEXT = "Annwyl Sam,\n\tmae'n ddrwg gen i. \U0001f33b"


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScript]:
    bridge = JavaScript()
    yield bridge
    bridge.close()


@pytest.fixture
def stage() -> Stage:
    return Stage.set()


def staff(who: Person, *roles: str) -> dict[str, Any]:
    keys = {"sign_pk": who.sign_pk.hex(), "box_pk": who.box_pk.hex()}
    return {"staff_id": who.id, "display_name": who.name, "roles": list(roles), **keys}


def test_an_agency_and_its_rosters(javascript: JavaScript) -> None:
    world = Agency.found()
    issuer = world.ada.issuer()
    issuing = {"not_before": format_time(issuer.not_before), "not_after": format_time(issuer.not_after)}
    named = {"staff_id": issuer.staff_id, "public_key": issuer.public_key.hex(), **issuing}
    inputs = {"agency_id": world.agency_id, "name": "Pont", "recovery_pk_hex": world.recovery.box_pk.hex()}
    keys = {"root_seed_hex": world.root_seed.hex(), "root_pk_hex": world.root_pk.hex()}
    given = {**inputs, **keys, "issuers": [named], "log_vkeys": ["z/1+x", "a/1+y"], "previous": world.statements}
    written = javascript.write("write.agency", given)
    verified = agency.verify_chain([*world.statements, written], world.root_pk)
    assert (verified.newest.payload["name"], verified.newest.payload["log_vkeys"]) == ("Pont", ["a/1+y", "z/1+x"])


def test_a_roster_with_anchors(javascript: JavaScript, stage: Stage) -> None:
    world, now = stage.agency, stage.case.now
    cases = {stage.case.case_id: stage.case.anchored, "A" * 22: stage.case.chain().hash}
    people = [staff(world.ada, "administrator"), staff(world.fay, "supervisor", "facilitator")]
    times = {"issued_at": format_time(now), "expires_at": format_time(now + MONTH)}
    given = {
        "trust": stage.trust(),
        "issuer_seed_hex": world.ada.sign_seed.hex(),
        "anchors": cases,
        "staff": people,
        **times,
    }
    written = javascript.write("write.roster", {**given, **times})
    found = authority.verify(world.statements, [*world.rosters, written["roster"]], world.root_pk, now)
    assert found.roster.staff[world.fay.id].roles == ("facilitator", "supervisor")
    assert found.lapse() is None
    for case_id, proof in written["proofs"].items():
        assert anchors.check(found.roster, case_id, proof) == cases[case_id]


def test_a_first_case_statement(javascript: JavaScript, stage: Stage) -> None:
    known, now = stage.agency.authority(stage.case.now), stage.case.now
    nonce = bytes(range(16))
    dates = {"issued_on": format_date(now.date()), "expires_on": format_date((now + MONTH).date())}
    who = {
        "sign_seed_hex": stage.agency.fay.sign_seed.hex(),
        "facilitators": [stage.agency.fay.id, stage.agency.flo.id],
    }
    given = {"trust": stage.trust(), "nonce_hex": nonce.hex(), "approvals": 2, "documents": [], **who, **dates}
    written = javascript.write("write.case", given)
    head = case_head.assess(case_chain.start(written["envelope"], nonce, known), known, None)
    assert (head.approvals_required, head.lapse) == (2, None)
    assert epoch.public_key(bytes.fromhex(written["secret"])) == head.epoch_pk


def test_a_change_of_facilitators_with_lists_seals_and_link(javascript: JavaScript, stage: Stage) -> None:
    case, world = stage.case, stage.agency
    head, before = case.head(), case.members()
    lists = counted.counted(head, before, case.record(), case.kept()).lists
    hashes = {"facilitators": sorted(lists.facilitators), "members": {k: sorted(v) for k, v in lists.members.items()}}
    dates = {"issued_on": format_date(case.now.date()), "expires_on": format_date((case.now + MONTH).date())}
    who = {"facilitators": [world.fay.id, world.flo.id], "approvals": 2, "sign_seeds": [world.fay.sign_seed.hex()]}
    written = javascript.write(
        "write.restaffed", {**stage.all(), **who, **dates, "lists": hashes, "secret_hex": case.secret.hex()}
    )
    chain = case_chain.extend(case.chain(), written["envelope"], head.authority)
    after = members.open_all(chain.payload, written["documents"])
    documents = KeptDocuments(written["kept"]["facilitators"], written["kept"]["members"])
    assert case_review.check_lists(head, before, case.kept(), case.record(), chain.payload, after, documents) == lists
    seal = bytes.fromhex(written["seals"][world.flo.box_kid])
    secret = epoch.open_seal(seal, world.flo.box_seed, chain.case_id, 2, chain.epoch_pks[1])
    links = {2: bytes.fromhex(written["link"])}
    assert epoch.open_history(secret, chain.case_id, chain.epoch_pks, links)[kid(chain.epoch_pks[0])] == case.secret


def test_a_member_document(javascript: JavaScript, stage: Stage) -> None:
    fields = {"participant_id": stage.sam.id, "side": "community", "role": "guardian", "assisted": True}
    keys = {"sign_pk_hex": stage.sam.sign_pk.hex(), "box_pk_hex": stage.sam.box_pk.hex(), "invite_hash": TEXT_HASH}
    found = members.parse(javascript.write("write.member", {**fields, **keys}))
    assert found is not None
    assert (found.sign_kid, found.box_kid, found.role) == (stage.sam.sign_kid, stage.sam.box_kid, "guardian")


@pytest.mark.parametrize("scribed", [False, True])
def test_a_consent(javascript: JavaScript, stage: Stage, scribed: bool) -> None:
    who = stage.tom if scribed else stage.sam
    signer = stage.agency.fay if scribed else stage.sam
    given = stage.case.consents[who.id]
    scribe = {"staff_id": signer.id, "means": "letter"} if scribed else None
    inputs = {"participant_id": who.id, "text_hash": TEXT_HASH, "scribe": scribe, "previous": given}
    written = javascript.write("write.consent", {**stage.all(), **inputs, "sign_seed_hex": signer.sign_seed.hex()})
    head, people = stage.case.head(), stage.case.members()
    assert consent.check_submission(head, people, written, stage.newest(who).statement).seq == 2


@pytest.mark.parametrize("kind", ["relay", "scribed", "private to a facilitator", "private", "summary", "note"])
def test_a_message_of_every_kind(javascript: JavaScript, stage: Stage, kind: str) -> None:
    written = javascript.write("write.message", {**stage.all(), **_message(stage, kind)})
    sealed = {f"{name}_hex": written[name] for name in ("ciphertext", "order_block")}
    handed_in = {**stage.all(), **sealed, "message": written["message"], "wraps": written["wraps"]}
    SCENES["scene.submission"]({**handed_in, "used": []})
    read = SCENES["scene.review"]({**handed_in, **stage.keys(), "known": None})
    assert (read["text"], read["marked"], read["order"]["provenance"]) == (TEXT, False, "at home")
    reader = {"relay": stage.sam, "private to a facilitator": stage.sam, "private": stage.rob}.get(kind)
    if reader:
        operation = "scene.private" if kind == "private" else "scene.own"
        wrap = {"wrap_hex": written["wraps"][reader.box_kid], "ciphertext_hex": written["ciphertext"]}
        documents = {"documents": stage.documents_of(reader), "reader": stage.reader(reader)}
        opened = SCENES[operation]({**stage.base(), **documents, **wrap, "message": written["message"]})
        assert opened["text"] == TEXT


def _message(stage: Stage, kind: str) -> dict[str, Any]:
    fay, sam, rob, tom = stage.agency.fay, stage.sam, stage.rob, stage.tom
    author, signer, recipients, real = {
        "relay": (sam, sam, [rob.id, tom.id], "relay"),
        "scribed": (tom, fay, [rob.id], "relay"),
        "private to a facilitator": (sam, sam, [], "private"),
        "private": (fay, fay, [rob.id], "private"),
        "summary": (fay, fay, [rob.id, sam.id], "summary"),
        "note": (fay, fay, [], "note"),
    }[kind]
    content = {"kind": real, "recipients": recipients, "text": TEXT, "lang": "cy", "answers": None}
    placed = {"seq": 7, "prev": "A" * 22, "revises": None, "written_at": format_time(stage.case.now), "alarm": None}
    counts = {"case_hash": stage.case.chain().hash, "seen": 3, "memory": 9, "provenance": "at home"}
    scribe = {"staff_id": fay.id, "means": "recording"} if kind == "scribed" else None
    who = {"author_id": author.id, "sign_seed_hex": signer.sign_seed.hex(), "scribe": scribe}
    return {**who, "content": content, "order": {**placed, **counts}}


def test_a_release_with_a_note_which_python_signs_too_and_the_recipient_opens(
    javascript: JavaScript, stage: Stage
) -> None:
    case = stage.case
    case.step(case.documents, approvals=2)
    letter = case.write(stage.sam, [stage.rob], TEXT)
    consents = {each.id: case.consents[each.id] for each in (stage.sam, stage.rob)}
    opened = {**stage.all(), **stage.sealed(letter), **stage.keys(), "consents": consents}
    choice = {"recipient_id": stage.rob.id, "not_before": None, "note": "Take your time.", "checkpoint": CHECKPOINT}
    written = javascript.write(
        "write.release", {**opened, **choice, "sign_seed_hex": stage.agency.finn.sign_seed.hex()}
    )
    read = case.read(letter)
    head, people = case.head(), case.members()
    hash_ = decision.read(written["decision"], head, read.statement).payload["note_hash"]
    about = note.open_(bytes.fromhex(written["note_epoch"]), case.secret, hash_)
    both = decision_signing.co_sign(
        head, read, written["decision"], written["consents"], consents=case.agreed(), note=about,
        seed=stage.agency.fay.sign_seed,
    )  # fmt: skip
    reader = Reader(stage.rob.id, stage.rob.box_seed, people)
    offer = reading.verify_offer(head, reader, both, letter.envelope, bytes.fromhex(written["note"]))
    assert (offer.note, offer.checkpoint) == ("Take your time.", CHECKPOINT)
    assert reading.open_letter(head, offer, reader, letter.ciphertext, bytes.fromhex(written["wrap"])).text == TEXT


def test_a_second_signature_on_pythons_decision(javascript: JavaScript, stage: Stage) -> None:
    assert stage.proposed
    message, proposal = stage.proposed
    consents = {each.id: stage.case.consents[each.id] for each in (stage.sam, stage.rob)}
    opened = {**stage.all(), **stage.sealed(message), **stage.keys(), "consents": consents}
    asked = {"decision": proposal.envelope, "consents_document": proposal.consents}
    seed = stage.agency.fay.sign_seed
    written = javascript.write("write.co_signature", {**opened, **asked, "sign_seed_hex": seed.hex()})
    assert written == add_signature(proposal.envelope, "decision", seed)


@pytest.mark.parametrize("for_staff", [False, True])
def test_an_invitation_and_its_answer(javascript: JavaScript, stage: Stage, for_staff: bool) -> None:
    case, ann, secret = stage.case, person("Ann"), invitation_secret.new_secret()
    own = invitation_secret.secrets(secret)
    signer = stage.agency.ada if for_staff else stage.agency.fay
    place: dict[str, Any] = {"case_id": None, "side": None, "role": None, "statements": [], "nonce_hex": None}
    if not for_staff:
        history = {"statements": case.envelopes, "nonce_hex": case.nonce.hex()}
        place = {"case_id": case.case_id, "side": "person_harmed", "role": "guardian", **history}
    keys = {"k_hex": own.k.hex(), "ik_hex": own.ik.hex(), "epoch_pk_hex": epoch.public_key(case.secret).hex()}
    named = {"agency_id": stage.agency.agency_id, "participant_id": ann.id, "assisted": False, "key_com": own.key_com}
    until = {"expires_at": format_time(case.now + timedelta(days=7)), "invite_id": own.invite_id}
    signing = {"sign_seed_hex": signer.sign_seed.hex(), "trust": stage.trust()}
    written = javascript.write("write.invite", {**place, **keys, **named, **until, **signing})
    blob, mac = bytes.fromhex(written["blob"]), bytes.fromhex(written["mac"])
    assert invitation.open_(blob, mac, secret, case.now).invite.payload["participant_id"] == ann.id
    card = {"blob_hex": written["blob"], "mac_hex": written["mac"], "secret_hex": secret.hex()}
    joins = {"sign_seed_hex": ann.sign_seed.hex(), "box_pk_hex": ann.box_pk.hex(), "account_id": ann.account_id}
    answer = javascript.write("write.join", {**card, **joins, "now": format_time(case.now)})
    given = answer["join"], bytes.fromhex(answer["mac"]), written["invite"]
    if for_staff:
        joiner = joining.check_staff(*given, own.ik, stage.agency.authority(case.now), (), case.now)
    else:
        sealed = bytes.fromhex(written["sealed"])
        ik = invitation.recover(sealed, case.secrets(), case.case_id, own.invite_id)
        joiner = joining.check(*given, ik, case.head(), (), case.now)
    assert (joiner.sign_pk, joiner.box_pk, joiner.account_id) == (ann.sign_pk, ann.box_pk, ann.account_id)
