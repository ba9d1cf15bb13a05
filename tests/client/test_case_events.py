"""A facilitator's client is given every event of their case, and believes none that the log does not prove."""

from typing import Any

import httpx
import pytest

from mediation.client import ApiError, ClientError, ProtocolError
from mediation.client.signing_in import SignedIn
from mediation.ledger import KINDS, case_events
from mediation.protocol import event
from mediation.protocol.encoding import b64, new_id, unb64
from mediation.web.transaction import ENGINE
from tests.client.hostile import altered, answered
from tests.client.test_following_the_log import publish
from tests.client.test_receipts import everything
from tests.client.world import HARMED, World, hire, join
from tests.questions import listening


def asked(me: SignedIn, case_id: str, **wanted: str) -> dict[str, Any]:
    return dict(me.transport.get(f"/cases/{case_id}/events", wanted))


def test_every_event_says_who_acted_and_is_proved_once_it_is_signed_for(world: World) -> None:
    everything(world)
    found = world.case.events()
    assert found and all(each.proof is None for each in found)
    publish(world)
    join(world.site, world.case, HARMED)
    found = world.case.events()
    waiting = [each for each in found if each.proof is None]
    assert {each.event.kind for each in waiting} == {"invitation.created", "invitation.joined"}
    assert found[: len(waiting)] == waiting
    assert all(each.by is not None for each in found)
    by = {(each.event.kind, each.by) for each in found}
    assert ("consent.paused", world.roy.participant_id) in by
    assert ("message.released", world.fay.me.staff_id) in by
    assert [each.event.at for each in found] == sorted((each.event.at for each in found), reverse=True)
    assert {each.event.kind for each in found} <= set(KINDS)


def test_under_the_published_head_what_came_after_it_is_not_signed_for(world: World) -> None:
    publish(world)
    world.roy.pause()
    publish(world)  # signed, not published
    newest, published = world.case.events()[0], world.case.events(published=True)[0]
    assert newest.event == published.event and newest.event.kind == "consent.paused"
    assert newest.proof is not None and published.proof is None
    proofs = [each.proof for each in world.case.events(published=True) if each.proof is not None]
    assert proofs and {each.note.split("\n")[1] for each in proofs} == {str(world.settings.audit_step)}


def test_pages_go_on_where_the_one_before_ended(world: World) -> None:
    everything(world)
    publish(world)
    whole = world.case.events()
    page = asked(world.fay.me, world.case_id)
    assert len(page["events"]) == case_events.PAGE
    assert page["more"] == page["events"][-1]["event_id"]
    following = asked(world.fay.me, world.case_id, before=page["more"])
    given = [each["event_id"] for each in (*page["events"], *following["events"])]
    assert given == [each.event_id for each in whole[: len(given)]]


@pytest.mark.parametrize("before", ["other case", "nobody's", "no id"])
def test_a_page_cannot_begin_outside_the_case(world: World, before: str) -> None:
    other = world.fay.open_case([]).case
    ids = {"other case": other.events()[0].event_id, "nobody's": new_id(), "no id": "x"}
    with pytest.raises(ApiError, match="bad-input" if before == "no id" else "not-found"):
        asked(world.fay.me, world.case_id, before=ids[before])


def test_nobody_but_the_case_s_facilitators_is_given_its_events(world: World) -> None:
    sue = hire(world.site, world.ada, "Sue", ["supervisor"])
    otto = hire(world.site, world.ada, "Otto", ["auditor"])
    both = hire(world.site, world.ada, "Bo", ["facilitator", "supervisor", "administrator", "auditor"])
    expected = [
        (world.fay.me, None),
        (world.finn.me, None),
        (world.flo.me, "not-found"),
        (both.me, "not-allowed"),
        (sue.me, "not-allowed"),
        (otto.me, "not-allowed"),
        (world.ada.me, "not-allowed"),
        (world.mary.me, "not-allowed"),
        (world.roy.me, "not-allowed"),
    ]
    for me, code in expected:
        if code is None:
            assert asked(me, world.case_id)["events"]
        else:
            with pytest.raises(ApiError, match=code):
                asked(me, world.case_id)
    with pytest.raises(ApiError, match="not-found"):
        asked(world.fay.me, new_id())


def changed(page: dict[str, Any], what: str) -> dict[str, Any]:
    """A page on which one thing is not as the log has it."""
    first, second = page["events"][:2]
    if what == "left out":
        return page | {"events": [first, *page["events"][2:]]}
    if what == "head":
        note = page["heads"][0]["note"].replace("\n", "\n1", 1)
        return page | {"heads": [page["heads"][0] | {"note": note}]}
    if what == "name key":
        return page | {"name_key": b64(bytes(32))}
    first = first | {what: second[what] if what != "opening" else _other(first["opening"])}
    return page | {"events": [first, second, *page["events"][2:]]}


def _other(opening: str) -> str:
    """With another salt."""
    return b64(bytes(32) + unb64(opening)[32:])


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("opening", "bad-proof"),
        ("index", "bad-proof"),
        ("proof", "bad-proof"),
        ("head", "note-signature-wrong"),
        ("name key", "commitment-mismatch"),
        ("left out", "event-missing"),
    ],
)
def test_what_the_log_does_not_prove_is_refused(world: World, what: str, code: str) -> None:
    everything(world)
    publish(world)
    case = world.case
    world.wire(world.fay.me).evil = altered("/events", lambda page: changed(page, what))
    with pytest.raises((ProtocolError, ClientError), match=code):
        case.events()


@pytest.mark.parametrize("what", ["proof", "head"])
def test_a_head_that_does_not_go_on_from_the_kept_one_is_refused(world: World, what: str) -> None:
    publish(world)
    case = world.case
    case.file()  # follows the log
    world.roy.pause()
    publish(world)
    kept = world.fay.me.pins.value["checkpoint"]
    assert kept is not None
    if what == "proof":
        world.wire(world.fay.me).evil = altered("/audit/consistency", lambda answer: {"proof": [b64(bytes(32))]})
    else:
        world.fay.me.pins.keep(lambda value: {**value, "checkpoint": {**kept, "size": kept["size"] + 9999}})
    with pytest.raises(ProtocolError, match="log-forked" if what == "proof" else "log-rolled-back"):
        case.events()


@pytest.mark.parametrize(("first", "size"), [(5, 4), (0, 10**6), (10**6, 10**6)])
def test_only_sizes_that_a_signed_head_has_are_compared(world: World, first: int, size: int) -> None:
    me = world.fay.me
    with pytest.raises(ApiError, match="not-found"):
        me.transport.get("/audit/consistency", {"first": 0, "size": 0})
    publish(world)
    for number in (1, 2):
        with pytest.raises(ApiError, match="not-found"):
            me.transport.get("/audit/consistency", {"log": number, "first": first, "size": size})
    assert me.transport.get("/audit/consistency", {"first": 3, "size": 3}) == {"proof": []}


def test_a_page_is_read_from_its_index_by_as_many_questions_as_any_other(world: World) -> None:
    for _ in range(2 * case_events.PAGE):
        world.roy.set_contact("none", None)
    publish(world)
    engine = world.app.extensions[ENGINE]
    counted = []
    more = ""
    for _ in range(3):
        with listening(engine) as heard:
            page = asked(world.fay.me, world.case_id, **({"before": more} if more else {}))
        counted.append(heard.selects)
        more = page["more"]
    assert counted[1] == counted[2] == counted[0] + 1, "the first page looks up no event to go on from"
    plans = []
    for sql, given in heard.statements.items():
        if "FROM audit_event" in sql:
            with engine.connect() as connection:
                sqlite = engine.dialect.name == "sqlite"
                for setting in () if sqlite else ("seqscan", "sort"):
                    connection.exec_driver_sql(f"SET LOCAL enable_{setting} = off")
                rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{sql}", given)
                plans.append("\n".join(str(row[-1]) for row in rows))
    assert any("ix_audit_event_case" in plan for plan in plans), plans
    assert not any("TEMP B-TREE" in plan or "Sort" in plan or "SCAN audit" in plan for plan in plans), plans


def test_receipts_are_verified(world: World) -> None:
    everything(world)
    publish(world)
    listed = world.roy.receipts()
    assert [each.kind for each in listed][:2] == ["consent.withdrawn", "consent.given"]
    for each in listed:
        proof = world.roy.receipt(each.receipt_id)
        assert proof.index == each.index and proof.extra is not None
        told = event.parse(proof.extra[event.SALT_SIZE :])
        assert (told.kind, told.at) == (each.kind, each.at)


def test_a_receipt_under_another_head_is_refused(world: World) -> None:
    everything(world)
    publish(world)
    newest = world.roy.receipts()[0].receipt_id
    old = world.roy.me.transport.text(f"/audit/receipts/{newest}")
    publish(world, 1)
    assert world.roy.receipt(newest).text != old
    world.wire(world.roy.me).evil = answered(f"/audit/receipts/{newest}", httpx.Response(200, text=old))
    with pytest.raises(ProtocolError, match="log-forked"):
        world.roy.receipt(newest)


def test_a_receipt_that_is_not_there_yet_is_refused_in_words(world: World) -> None:
    world.roy.pause()
    publish(world)
    world.roy.set_contact("none", None)
    publish(world)
    newest = world.roy.receipts()[0]
    assert newest.index is None
    with pytest.raises(ApiError, match="not-published"):
        world.roy.receipt(newest.receipt_id)
