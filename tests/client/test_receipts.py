"""A participant gets a receipt for each act of theirs, which anybody can check; and nothing about anybody else."""

from typing import Any

import pytest
from sqlalchemy import select

from mediation.access import Actor
from mediation.client import Participant
from mediation.client.errors import ApiError
from mediation.db import reading
from mediation.ledger import receipts
from mediation.ledger.models import AuditKey, AuditShown
from mediation.ledger.operations import pseudonym
from mediation.protocol import event, log_proof
from mediation.protocol.encoding import new_id
from mediation.web.pages import recorded
from mediation.web.transaction import ENGINE
from tests.client.test_following_the_log import keys_of, publish
from tests.client.world import CONSENT, HARMED, World, join
from tests.ledger.test_tampering import owner
from tests.questions import listening
from tests.sms.confirmed import code_of


def listed(person: Participant, before: str = "") -> dict[str, Any]:
    return dict(person.me.transport.get("/audit/receipts", {"before": before} if before else None))


def kinds(person: Participant) -> list[str]:
    return [each["kind"] for each in listed(person)["receipts"]]


def get(world: World, person: Participant, path: str) -> Any:
    """The answer as their browser gets it."""
    client = world.app.test_client()
    for cookie in person.me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1")
    return client.get(path, base_url="http://127.0.0.1:8000")


def download(world: World, person: Participant, receipt_id: str) -> Any:
    return get(world, person, f"/api/v1/audit/receipts/{receipt_id}")


def everything(world: World) -> None:
    """All that two participants can do."""
    mary, roy = world.mary, world.roy
    for choice in ("keep", "read_together", "decline", "open"):
        letter = mary.write([roy.participant_id], "Good day.")
        world.case.letters.release(letter, roy.participant_id)
        getattr(roy, choice)(letter)
    roy.open(letter, tell=True)
    mary.take_back(mary.write([roy.participant_id], "No."))
    mary.private("A line.")
    mary.set_contact("text", "07700 900123")
    mary.send_code()
    mary.confirm(code_of(world.app.extensions[ENGINE], mary.participant_id))
    roy.pause()
    roy.agree(CONSENT)
    roy.withdraw()


def actor_of(world: World, person: Participant) -> str:
    """Their name in the trail."""
    with reading(world.app.extensions[ENGINE]) as session:
        return pseudonym(session.get_one(AuditKey, world.case_id).key, "actor", person.participant_id)


def test_every_kind_that_a_participant_causes_has_its_sentence_and_a_receipt(world: World) -> None:
    everything(world)
    world.mary.me.transport.delete("/session")
    publish(world)
    actors = [actor_of(world, person) for person in (world.mary, world.roy)]
    with reading(world.app.extensions[ENGINE]) as session:
        caused = set(session.scalars(select(AuditShown.kind).where(AuditShown.actor.in_(actors))))
    signed_in = {"session.started"} - caused  # the world's people were signed in by joining
    assert caused | signed_in == receipts.OWN
    with world.app.test_request_context():
        assert recorded.sentences().keys() == receipts.OWN


def test_a_receipt_is_a_proof_under_the_published_head_and_none_newer(world: World) -> None:
    world.roy.pause()
    publish(world)
    world.roy.agree(CONSENT)
    world.mary.pause()
    publish(world)  # the same day: placed, signed, not published
    newest, before = listed(world.roy)["receipts"][:2]
    assert (newest["kind"], newest["index"]) == ("consent.given", None)
    with pytest.raises(ApiError, match="not-published"):
        world.roy.me.transport.get(f"/audit/receipts/{newest['receipt_id']}")
    answer = download(world, world.roy, before["receipt_id"])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{before["index"]}.tlog-proof"'
    proof = log_proof.parse(answer.get_data(as_text=True))
    assert proof.extra is not None
    head = log_proof.verify(proof, event.commitment(proof.extra), keys_of(world.roy.me))
    assert head.size == world.settings.audit_step
    told = event.opened(event.commitment(proof.extra), proof.extra)
    assert (told.kind, told.at, told.actor) == ("consent.paused", before["at"], actor_of(world, world.roy))
    publish(world, 1)
    assert listed(world.roy)["receipts"][0]["index"] is not None
    assert download(world, world.roy, newest["receipt_id"]).status_code == 200


def test_nobody_is_given_anything_of_somebody_else(world: World) -> None:
    everything(world)
    publish(world)
    theirs = listed(world.roy)["receipts"]
    own = listed(world.mary)["receipts"]
    assert theirs and own and not {each["receipt_id"] for each in theirs} & {each["receipt_id"] for each in own}
    for receipt_id in (theirs[0]["receipt_id"], new_id()):
        assert download(world, world.mary, receipt_id).status_code == 404
        with pytest.raises(ApiError, match="not-found"):
            listed(world.mary, receipt_id)


def test_there_is_no_receipt_of_what_nobody_can_open(world: World) -> None:
    world.roy.pause()
    publish(world)
    newest = listed(world.roy)["receipts"][0]
    owner(world.app.extensions[ENGINE], "UPDATE audit_event SET sealed = :bytes", bytes=b"x")
    with pytest.raises(ApiError, match="cannot-open"):
        world.roy.me.transport.get(f"/audit/receipts/{newest['receipt_id']}")


@pytest.mark.parametrize("opened", [True, False])
def test_what_follows_from_an_act_is_not_among_the_receipts_nor_a_gap(world: World, opened: bool) -> None:
    """Whether a letter that was taken back had been read, and whether something was being decided, stays untold."""
    mary, roy = world.mary, world.roy
    letter = mary.write([roy.participant_id], "Good day.")
    world.case.letters.release(letter, roy.participant_id)
    if opened:
        roy.open(letter)
    mary.take_back(letter)
    mary.pause()
    publish(world)
    assert kinds(mary)[:3] == ["consent.paused", "message.taken-back", "message.submitted"]
    numbers = []
    for each in listed(mary)["receipts"]:
        extra = log_proof.parse(download(world, mary, each["receipt_id"]).get_data(as_text=True)).extra
        assert extra is not None
        numbers.append(event.parse(extra[event.SALT_SIZE :]).n)
    assert numbers == list(range(len(numbers)))[::-1]


def test_pages_go_on_where_the_one_before_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(world)
    publish(world)
    whole = listed(world.roy)
    assert whole["more"] is None
    monkeypatch.setattr(receipts, "PAGE", 3)
    found: list[dict[str, Any]] = []
    before = ""
    while True:
        page = listed(world.roy, before)
        found += page["receipts"]
        if page["more"] is None:
            break
        assert len(page["receipts"]) == 3
        before = page["more"]
    assert found == whole["receipts"]


def test_an_erased_case_has_no_receipts(world: World) -> None:
    actor = Actor(kind="participant", account_id=new_id(), participant_id=new_id(), case_id=new_id())
    with reading(world.app.extensions[ENGINE]) as session:
        assert receipts.listed(session, actor) == ([], None)


def test_somebody_who_waits_sees_that_they_joined(world: World) -> None:
    _, joined = join(world.site, world.case, HARMED)
    publish(world)
    assert kinds(Participant(joined.me))[-1] == "invitation.joined"


def test_the_page_says_it_in_words_and_names_nothing_of_the_log(world: World) -> None:
    everything(world)
    publish(world)
    world.roy.set_contact("none", None)
    publish(world)
    text = get(world, world.roy, "/recorded").get_data(as_text=True)
    assert text.count("receipts will be here tomorrow.") == 1
    shown = listed(world.roy)["receipts"]
    assert text.count("/api/v1/audit/receipts/") == len(shown) - 1
    assert not any(each["kind"] in text for each in shown)


def test_a_page_far_back_is_read_by_the_index_of_its_actor(world: World) -> None:
    everything(world)
    publish(world)
    engine = world.app.extensions[ENGINE]
    with listening(engine) as heard:
        listed(world.roy, listed(world.roy)["receipts"][2]["receipt_id"])
    asked = {text: given for text, given in heard.statements.items() if "FROM audit_shown" in text}
    assert len(asked) == 3, "a page, whose row it goes on after, and the page before that"
    paged = [(text, given) for text, given in asked.items() if "LIMIT" in text]
    for text, given in paged:
        with engine.connect() as connection:
            sqlite = engine.dialect.name == "sqlite"
            if not sqlite:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_sort = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{text}", given)
            plan = "\n".join(str(row[-1]) for row in rows)
        assert "ix_audit_shown_actor" in plan and "TEMP B-TREE" not in plan, plan
