"""Cases, messages, decisions and letters over HTTP: what is answered, sending again, and bodies that are not right."""

from collections.abc import Iterator
from typing import Any

import pytest

from mediation.cases.models import Case
from mediation.messages.models import Message
from mediation.protocol import case, message, note
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.message import Content, Sealed, Sender
from mediation.sms.codes import TRIES
from mediation.sms.hours import USUAL
from tests.answers import accepted, refused
from tests.cases.counter import Counter, decision_body, message_body, serve
from tests.cases.fixtures import Desk
from tests.cases.served import Served, assisted, message_id
from tests.protocol.world import Person
from tests.sms.confirmed import code_of


@pytest.fixture
def counter(desk: Desk) -> Iterator[Counter]:
    with serve(desk) as served:
        yield served


@pytest.fixture
def strict_counter(strict_desk: Desk) -> Iterator[Counter]:
    with serve(strict_desk) as served:
        yield served


def _sealed(desk: Desk, who: Person, to: list[Person]) -> Sealed:
    """A relay that nobody has handed in."""
    content = Content("relay", [each.id for each in to], "Good day.", "en")
    order = desk.case.order(who.sign_kid)
    return message.seal(desk.case.head(), desk.case.members(), Sender(who.id, who.sign_seed), content, order)


def test_a_case_is_opened_once(counter: Counter) -> None:
    desk, browser = counter.desk, counter.browser(counter.desk.fay)
    served = Served.start(desk.office, [desk.fay])
    seals = [{"box_kid": box_kid, "seal": b64(seal)} for box_kid, seal in served.seals().items()]
    body = {"nonce": b64(served.nonce), "case": served.envelopes[0], "seals": seals, "documents": []}
    answer = accepted(browser.post("/cases", body), 200)
    assert answer == {"case_id": served.case_id, "reference": "BW-0002"}
    refused(browser.post("/cases", {**body, "nonce": b64(bytes(16))}), 422, "case-id-wrong")
    assert [each["reference"] for each in browser.read("/cases")] == ["BW-0002", "BW-0001"]


def test_a_step_is_proposed_signed_and_dropped(strict_counter: Counter) -> None:
    desk = strict_counter.desk
    fay, finn = strict_counter.browser(desk.fay), strict_counter.browser(desk.finn)
    people = [dict(each) for each in desk.case.documents if "participant_id" in each]
    for name in ("Ann", "Bo"):
        payload, filled = desk.case.prepare([*people, assisted(name)])
        body: dict[str, Any] = {
            "case": case.sign(payload, desk.fay.sign_seed),
            "seals": [],
            "previous_secret": None,
            "documents": filled,
            "kept": {"facilitators": None, "members": {}},
            "admits": None,
        }
        path = f"/cases/{desk.case.case_id}/statements"
        proposed = accepted(fay.post(path, body), 201)
        assert proposed["state"] == "proposed"
        assert accepted(fay.post(path, body), 200) == proposed
        (waiting,) = finn.read(f"/cases/{desk.case.case_id}")["proposals"]
        assert (waiting["needs"], waiting["documents"]) == (1, waiting["documents"])
        if name == "Ann":
            assert finn.delete(f"{path}/{proposed['hash']}").status_code == 204
            continue
        signed = {"case": case.sign(payload, desk.finn.sign_seed)}
        adopted = accepted(finn.post(f"{path}/{proposed['hash']}/signatures", signed), 201)
        assert adopted == {"hash": proposed["hash"], "state": "adopted"}
        assert accepted(finn.post(f"{path}/{proposed['hash']}/signatures", signed), 200) == adopted
    assert desk.office.rows(Case)[0].head_hash == proposed["hash"]


def test_a_letter_s_journey(counter: Counter) -> None:
    desk = counter.desk
    hana, rhys, fay = counter.browser(desk.hana), counter.browser(desk.rhys), counter.browser(desk.fay)
    sealed = _sealed(desk, desk.hana, [desk.rhys])
    id_ = message_id(sealed)
    assert accepted(hana.post("/messages", message_body(sealed)), 201) == {"message_id": id_}
    assert accepted(hana.post("/messages", message_body(sealed)), 200) == {"message_id": id_}
    (item,) = fay.read("/queue")["items"]
    assert (item["kind"], item["message_id"]) == ("review", id_)
    held = accepted(fay.put(f"/messages/{id_}/hold", {}))["held"]
    assert held == {"by": desk.fay.id, "at": "2026-03-02T09:00:00Z"}
    assert fay.delete(f"/messages/{id_}/hold").status_code == 204
    desk.case.messages.append(sealed)
    choice = Choice("release", desk.rhys.id, note=note.new("About March."))
    body = decision_body(desk.case.proposed(desk.case.propose(sealed, choice), sealed, choice))
    final = accepted(fay.post(f"/messages/{id_}/decisions", body), 201)
    assert final["state"] == "final"
    assert accepted(fay.post(f"/messages/{id_}/decisions", body), 200) == final
    (offer,) = rhys.read("/letters")["offers"]
    assert (offer["state"], offer["note"], offer["ciphertext"]) == ("offered", body["note"]["recipient"], None)
    kept = rhys.put(f"/letters/{id_}/choice", {"choice": "kept", "tell": True})
    assert accepted(kept) == {"state": "kept", "tell": True}
    opened = accepted(rhys.post(f"/letters/{id_}/opening", {"tell": False}))
    assert opened == {"ciphertext": b64(sealed.ciphertext), "wrap": body["wrap"]}
    (own,) = hana.read("/letters")["own"]
    assert (own["status"], own["told"]) == ("passed_on", [{"participant_id": desk.rhys.id, "choice": "kept"}])
    for _ in range(2):
        assert accepted(hana.post(f"/messages/{id_}/withdrawal", {}), 202) == {"answer": "taken-back"}
    (shown,) = fay.read(f"/cases/{desk.case.case_id}/messages")
    assert shown == fay.read(f"/messages/{id_}")
    assert (shown["state"], shown["taken_back"]) == ("released", True)


def test_pausing_and_coming_back(counter: Counter) -> None:
    desk, hana, fay = counter.desk, counter.browser(counter.desk.hana), counter.browser(counter.desk.fay)
    paused = accepted(hana.put("/standing", {"standing": "paused"}))
    assert paused == {
        "participant_id": desk.hana.id,
        "standing": "paused",
        "since": "2026-03-02T09:00:00Z",
        "acknowledged": False,
    }
    assert hana.read("/membership")["standing"] == paused
    path = f"/cases/{desk.case.case_id}/participants/{desk.hana.id}/acknowledgement"
    assert accepted(fay.post(path, {})) == {**paused, "acknowledged": True}
    desk.case.agree(desk.hana)
    given = {"consent": desk.case.consents[desk.hana.id][-1]}
    assert accepted(hana.post("/consents", given), 200)["standing"] == "active"
    refused(hana.post("/consents", {"consent": desk.case.consents[desk.hana.id][0]}), 422, "chain-seq")


def test_how_somebody_is_reached(counter: Counter) -> None:
    desk, hana, fay = counter.desk, counter.browser(counter.desk.hana), counter.browser(counter.desk.fay)
    unset = dict.fromkeys(("masked", "wording", "language", "code_word", "hours", "confirmed_at"))
    nothing = {"participant_id": desk.hana.id, "channel": "none", **unset}
    assert hana.read("/contact") == nothing
    body = {"channel": "text", "number": "07700 900123", "wording": "update"}
    usual = {"language": "en", "code_word": None, "hours": USUAL.as_json, "confirmed_at": None}
    recorded = {"participant_id": desk.hana.id, "channel": "text", "masked": "••• 123", "wording": "update", **usual}
    assert accepted(hana.put("/contact", body)) == recorded
    nights = {"days": [0, 5], "begin": "22:00", "end": "02:00", "avoid": ["2026-12-24"], "zone": "Europe/London"}
    own = {"wording": "word", "language": "cy", "code_word": "Robin", "hours": nights}
    assert accepted(hana.put("/contact", {**body, **own})) == {**recorded, **own}
    assert fay.read(f"/cases/{desk.case.case_id}")["contacts"][0]["participant_id"] in (desk.hana.id, desk.rhys.id)
    path = f"/cases/{desk.case.case_id}/participants/{desk.hana.id}/contact"
    assert accepted(fay.put(path, {**body, "channel": "call"})) == {**recorded, "channel": "call"}
    refused(hana.put("/contact", {**body, "number": "+44 1"}), 422, "bad-number")
    refused(hana.put("/contact", {**body, "channel": "pigeon"}), 422, "bad-input")
    refused(hana.put("/contact", {**body, "language": "xx"}), 422, "bad-input")
    refused(hana.put("/contact", {**body, "code_word": "ŵyn"}), 422, "bad-code-word")
    refused(hana.put("/contact", {**body, "wording": "word"}), 422, "code-word-missing")
    for wrong in ({"begin": "25:00"}, {"avoid": ["2026-02-30"]}, {"zone": "Europe/Atlantis"}):
        refused(hana.put("/contact", {**body, "hours": {**nights, **wrong}}), 422, "bad-hours")
    assert hana.read("/contact")["code_word"] is None


def test_a_number_is_confirmed_by_a_code(counter: Counter) -> None:
    desk, hana, fay = counter.desk, counter.browser(counter.desk.hana), counter.browser(counter.desk.fay)
    about = f"/cases/{desk.case.case_id}/participants/{desk.hana.id}/contact"
    refused(hana.post("/contact/code", {}), 422, "number-missing")
    accepted(hana.put("/contact", {"channel": "text", "number": "07700 900123", "wording": "update"}))
    refused(hana.post("/contact/confirmation", {"code": "123456"}), 410, "code-gone")
    refused(hana.post("/contact/confirmation", {"code": "12345"}), 422, "bad-input")
    ends = {"participant_id": desk.hana.id, "expires_at": "2026-03-02T09:10:00Z"}
    assert accepted(hana.post("/contact/code", {})) == accepted(fay.post(f"{about}/code", {})) == ends
    code = code_of(desk.office.engine, desk.hana.id)
    wrong = {"code": f"{(int(code) + 1) % 10**6:06}"}
    for _ in range(TRIES - 1):  # kept, although each is refused
        refused(hana.post("/contact/confirmation", wrong), 422, "code-wrong")
    refused(fay.post(f"{about}/confirmation", wrong), 410, "code-gone")
    refused(hana.post("/contact/confirmation", {"code": code}), 410, "code-gone")
    accepted(fay.post(f"{about}/code", {}))
    right = {"code": code_of(desk.office.engine, desk.hana.id)}
    confirmed = accepted(fay.post(f"{about}/confirmation", right))
    assert confirmed["confirmed_at"] == "2026-03-02T09:00:00Z"
    assert accepted(hana.post("/contact/confirmation", right)) == confirmed == hana.read("/contact")
    refused(fay.post(f"{about}/code", {}), 409, "number-confirmed")
    for number in ("07700 900124", "07700 900125"):
        accepted(hana.put("/contact", {"channel": "text", "number": number, "wording": "update"}))
        answer = hana.post("/contact/code", {})
    assert refused(answer, 429, "too-many-codes")["retry_after"] == int(answer.headers["Retry-After"]) > 0


def _fields(body: dict[str, Any]) -> list[tuple[str, Any]]:
    """One fault in each field of a body: left out, of other kinds, with something added."""
    faults: list[tuple[str, Any]] = [("added", {**body, "more": 1})]
    for key in body:
        faults.append((f"without {key}", {name: value for name, value in body.items() if name != key}))
        others: list[Any] = [1, True, [1], {"x": 1}, "\u202e", None if body[key] is not None else "null"]
        wrong = [each for each in others if type(each) is not type(body[key])]
        faults.extend((f"{key}={each!r}", {**body, key: each}) for each in wrong)
    return faults


def test_a_body_with_a_fault_changes_nothing(counter: Counter) -> None:
    desk, hana, fay = counter.desk, counter.browser(counter.desk.hana), counter.browser(counter.desk.fay)
    sealed = desk.case.write(desk.hana, [desk.rhys])
    choice = Choice("release", desk.rhys.id)
    given = decision_body(desk.case.proposed(desk.case.propose(sealed, choice), sealed, choice))
    before = desk.office.rows(Message)
    for browser, path, body in (
        (hana, "/messages", message_body(_sealed(desk, desk.hana, [desk.rhys]))),
        (fay, f"/messages/{message_id(sealed)}/decisions", given),
        (hana, "/consents", {"consent": desk.case.consents[desk.hana.id][0]}),
        (hana, "/standing", {"standing": "paused"}),
    ):
        for name, fault in _fields(body):
            answer = browser.send("PUT" if path == "/standing" else "POST", path, fault)
            assert answer.status_code == 422, (path, name, answer.json)
    assert len(desk.office.rows(Message)) == len(before)
    assert hana.read("/membership")["standing"]["standing"] == "active"


def test_envelopes_that_are_not_what_they_should_be(counter: Counter) -> None:
    desk, hana = counter.desk, counter.browser(counter.desk.hana)
    good = message_body(_sealed(desk, desk.hana, [desk.rhys]))
    envelope = good["message"]
    for code, wrong in (
        ("wrong-type", {**envelope, "payloadType": "application/vnd.mediation.case.v1+json"}),
        ("bad-base64", {**envelope, "payload": envelope["payload"] + "="}),
        ("not-canonical", {**envelope, "payload": b64(b'{"a": 1}')}),
        ("too-large", {**envelope, "payload": "A" * 20_000}),
        ("too-many-signatures", {**envelope, "signatures": envelope["signatures"] * 2}),
    ):
        refused(hana.post("/messages", {**good, "message": wrong}), 422, code)
    refused(hana.post("/messages", {**good, "ciphertext": "A"}), 422, "bad-base64")
    refused(hana.post("/messages", {**good, "wraps": []}), 422, "wraps-wrong")
    assert desk.office.rows(Message) == []
