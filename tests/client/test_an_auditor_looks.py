"""An auditor finds events by case, actor, kind and day; each comes with what proves it, and none with a name."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select, text

from mediation.client import ApiError
from mediation.client.signing_in import SignedIn
from mediation.db import reading, writing
from mediation.ledger import browsing
from mediation.ledger.models import AuditShown
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import checkpoint, event, tree
from mediation.protocol.encoding import b64, unb64
from mediation.web.transaction import ENGINE
from tests.client.test_following_the_log import keys_of
from tests.client.test_receipts import actor_of, everything, get
from tests.client.world import World, hire
from tests.ledger.test_tampering import owner
from tests.questions import listening

TODAY: Final = datetime.now(UTC).date()


def turn(world: World, days: int) -> None:
    """What a worker does so many days from now."""
    Upkeep(world.app.extensions[ENGINE], lambda: datetime.now(UTC) + timedelta(days=days)).turn()


@pytest.fixture
def otto(world: World) -> SignedIn:
    """An auditor, after much has happened."""
    found = hire(world.site, world.ada, "Otto", ["auditor"]).me
    everything(world)
    turn(world, 1)
    return found


def asked(me: SignedIn, **wanted: Any) -> dict[str, Any]:
    return dict(me.transport.get("/audit/events", {name: str(value) for name, value in wanted.items()}))


def events(answer: dict[str, Any]) -> list[event.Event]:
    return [event.parse(unb64(each["opening"])[event.SALT_SIZE :]) for each in answer["events"]]


def whole(me: SignedIn, **wanted: Any) -> list[dict[str, Any]]:
    """Every page."""
    found: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    while True:
        page = asked(me, **wanted, **before)
        found += page["events"]
        if page["more"] is None:
            return found
        assert len(page["events"]) == browsing.PAGE
        before = {"before": page["more"]}


def test_every_event_is_proved_under_the_signed_head(world: World, otto: SignedIn) -> None:
    answer = asked(otto)
    head = checkpoint.opened(answer["note"], keys_of(world.ada.me))
    found = whole(otto)
    assert [each["index"] for each in found] == list(range(head.size))[::-1]
    for each in found:
        entry = event.commitment(unb64(each["opening"]))
        tree.verify_inclusion(entry, each["index"], head.size, [unb64(hash_) for hash_ in each["proof"]], head.root)


def test_a_large_log_is_proved_too(world: World, otto: SignedIn) -> None:
    for day in range(2, 6):
        turn(world, day)
    answer = asked(otto, before=700)
    head = checkpoint.opened(answer["note"], keys_of(world.ada.me))
    assert head.size > 2048
    for each in answer["events"]:
        entry = event.commitment(unb64(each["opening"]))
        tree.verify_inclusion(entry, each["index"], head.size, [unb64(hash_) for hash_ in each["proof"]], head.root)


def test_events_are_found_by_kind_actor_and_case(world: World, otto: SignedIn) -> None:
    told = events(asked(otto, kind="message.opened"))
    assert [each.kind for each in told] == ["message.opened"]
    roy = actor_of(world, world.roy)
    assert told[0].actor == roy
    assert {each.actor for each in events(asked(otto, actor=roy))} == {roy}
    assert {each.kind for each in events(asked(otto, actor=roy, kind="consent.paused"))} == {"consent.paused"}
    index = asked(otto, kind="message.opened")["events"][0]["index"]
    case = [event.parse(unb64(each["opening"])[event.SALT_SIZE :]) for each in whole(otto, case_of=index)]
    assert {each.case for each in case} == {told[0].case}
    assert len({each.actor for each in case}) > 3
    agency = asked(otto, kind="roster.issued")["events"][0]["index"]
    assert {each.case for each in events(asked(otto, case_of=agency, kind="message.opened"))} == set()


def test_events_are_found_by_day(world: World, otto: SignedIn) -> None:
    with reading(world.app.extensions[ENGINE]) as session:
        days = {each.date() for each in session.scalars(select(AuditShown.at))}
    assert len(days) == 2, "what people did, and the padding of the day after"
    counted = {day: len(whole(otto, first=day, last=day)) for day in days}
    assert all(counted.values())
    assert sum(counted.values()) == len(whole(otto))
    assert asked(otto, first=max(days) + timedelta(days=1))["events"] == []
    assert asked(otto, last=min(days) - timedelta(days=1))["events"] == []


REFUSED: Final[tuple[tuple[str, object, int, str], ...]] = (
    ("log", 7, 404, "not-found"),
    ("case_of", 10**9, 404, "not-found"),
    ("first", "yesterday", 422, "bad-input"),
    ("before", -1, 422, "bad-input"),
)


def test_what_cannot_be_asked_is_refused(world: World, otto: SignedIn) -> None:
    for name, value, status, code in REFUSED:
        with pytest.raises(ApiError, match=code):
            asked(otto, **{name: value})
        assert page(world, otto, f"?{name}={value}", status)


def page(world: World, me: SignedIn, query: str = "", status: int = 200) -> str:
    answer = get(world, type("Somebody", (), {"me": me})(), f"/audit{query}")
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def test_the_page_names_nobody_and_says_what_happened(world: World, otto: SignedIn) -> None:
    shown = page(world, otto, "?kind=message.opened")
    assert "The recipient opened a message." in shown
    for name in ("Ada", "Fay", world.case_id, "Good day."):
        assert name not in shown.split("</main>")[0], name


def test_an_erased_event_is_not_listed(world: World, otto: SignedIn) -> None:
    index = asked(otto, kind="message.opened")["events"][0]["index"]
    with writing(world.app.extensions[ENGINE]) as session:
        session.execute(text("DELETE FROM audit_shown WHERE idx = :idx"), {"idx": index})
        session.commit()
    assert asked(otto, kind="message.opened")["events"] == []


def test_what_nobody_can_open_is_said_among_the_others(world: World, otto: SignedIn) -> None:
    index = asked(otto, kind="message.opened")["events"][0]["index"]
    change = "UPDATE audit_event SET sealed = :bytes WHERE idx = :idx"
    owner(world.app.extensions[ENGINE], change, bytes=b"x", idx=index)
    found = whole(otto)
    assert [each["index"] for each in found if not each["opening"]] == [index]
    assert page(world, otto, "?kind=message.opened").count("Cannot be opened</h3>") == 1
    assert page(world, otto, "?kind=cannot-be-opened").count("There are none.") == 1, "it was drawn before"


WAYS: Final[tuple[tuple[str, object, str], ...]] = (
    ("actor", b64(bytes(16)), "ix_audit_shown_actor"),
    ("kind", "message.opened", "ix_audit_shown_kind"),
    ("case_of", 0, "ix_audit_shown_case"),
    ("first", TODAY, "ix_audit_shown_at"),
)


def test_each_way_to_look_has_its_index(world: World, otto: SignedIn) -> None:
    for name, value, index in WAYS:
        check_index(world, otto, {name: value}, index)


def check_index(world: World, otto: SignedIn, wanted: dict[str, Any], index: str) -> None:
    engine = world.app.extensions[ENGINE]
    with listening(engine) as heard:
        asked(otto, **wanted, before=400)
    asked_for = {text: given for text, given in heard.statements.items() if "audit_shown" in text}
    plans = []
    for sql, given in asked_for.items():
        with engine.connect() as connection:
            sqlite = engine.dialect.name == "sqlite"
            for setting in () if sqlite else ("seqscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{setting} = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{sql}", given)
            plans.append("\n".join(str(row[-1]) for row in rows))
    # PostgreSQL reads a log as small as this one by its primary key.
    assert engine.dialect.name == "postgresql" or any(index in plan for plan in plans), plans
    assert not any("TEMP B-TREE" in plan or "Sort" in plan or "SCAN audit" in plan for plan in plans), plans
