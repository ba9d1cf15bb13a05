"""What the client makes is good, whatever has changed in the case since; and holds what it should and nothing else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from mediation.accounts import set_up_code
from mediation.client import Administrator, Facilitator, Site, root_key, transcript, trust
from mediation.client.errors import ApiError, ClientError
from mediation.client.signing_in import SignedIn, utc_now
from mediation.db import engine_from, writing
from mediation.ledger import transcribing
from mediation.ledger.checking import Trusted
from mediation.ledger.restoring import open_next_log
from mediation.ledger.state import Head, SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import envelope, event, notes
from mediation.protocol.encoding import b64, canonical, new_id, parse_canonical, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event
from mediation.settings import Settings
from mediation.transcripts.form import parse
from mediation.transcripts.proving import verify
from tests import standing
from tests.client.hostile import altered
from tests.client.world import CONSENT, PHRASE, RESPONSIBLE, URL, Wire, World, hire, welcome
from tests.transcripts import scene as scenes
from tests.transcripts.scene import Document, Scene, sign

ID = new_id()


@pytest.fixture
def world(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The case as it was played, for tests that go on with it."""
    with scenes.again(scene) as restored:
        monkeypatch.setattr("mediation.client.transcript.time.sleep", lambda seconds: sign(restored))
        yield restored


def opened(document: Document) -> list[Event]:
    return [event.parse(unb64(each["opening"])[event.SALT_SIZE :]) for each in document["events"]]


def made(world: World, about: str | None = None) -> Document:
    return dict(parse_canonical(world.case.transcript(about)))


def test_both_kinds_are_good(scene: Scene) -> None:
    letters, person = scene.check(scene.letters), scene.check(scene.person)
    assert letters.findings == person.findings == []
    assert (letters.kind, letters.letters, letters.releases) == ("letters", 3, 4)
    assert (person.kind, person.letters, person.releases) == ("person", 4, 3)
    assert letters.events == len(scene.letters["events"]) > person.events == len(scene.person["events"])
    assert letters.root_given and letters.witnessed == 0


def test_of_the_letters_those_that_were_passed_on_are_shown(scene: Scene) -> None:
    shown = {each["content"]["text"] for each in scene.letters["letters"] if each["content"]}
    assert shown == {scenes.LETTER, scenes.ANSWER, scenes.SUMMARY}
    assert [each["note"]["text"] for each in scene.letters["releases"] if each["note"]] == [scenes.CONTENT_NOTE]
    text = canonical(scene.letters).decode()
    assert not any(each in text for each in (scenes.RETURNED, scenes.CALLED_BACK, scenes.PRIVATE, scenes.NOTE))
    *before, closing = opened(scene.letters)
    caused = Counter(each.actor for each in before)
    assert closing.refs == {"what": "letters"} | {actor: str(number) for actor, number in caused.items()}


def test_of_one_person_there_is_what_concerns_them_and_nothing_of_what_others_did(scene: Scene) -> None:
    shown = {each["content"]["text"] for each in scene.person["letters"]}
    assert shown == {scenes.LETTER, scenes.ANSWER, scenes.SUMMARY, scenes.CALLED_BACK}
    mary = scene.world.mary.participant_id
    *own, closing = opened(scene.person)
    assert {each.actor for each in own} == {closing.refs["actor"]} != {closing.actor}
    assert [each.n for each in own] == list(range(int(closing.refs["acts"])))
    assert closing.refs["participant"] == mary
    assert not any(each["note"] for each in scene.person["releases"]), "the note was for the other"
    decided = [envelope.parse(each["decision"], "decision").payload for each in scene.person["releases"]]
    assert sorted(each["recipient_id"] for each in decided) == sorted([mary, mary, scene.world.roy.participant_id])


def test_no_key_of_anybody_is_in_it(scene: Scene) -> None:
    for document in (scene.letters, scene.person):
        text = canonical(document).decode()
        for person in (scene.world.fay, scene.world.mary, scene.world.roy):
            keys = person.me.keys
            assert not any(b64(secret) in text for secret in (keys.sign_seed, keys.box_seed))
        assert "wrap" not in text and "seal" not in text


def test_it_is_good_after_a_facilitator_has_left_and_a_member_has_other_keys(scene: Scene, world: World) -> None:
    case, mary = world.case, world.mary.participant_id
    case.change_staff([str(world.fay.me.staff_id), str(world.flo.me.staff_id)])
    world.ada.remove(str(world.finn.me.staff_id))
    case.renew()
    roy = welcome(world.site, case, RESPONSIBLE, world.roy.participant_id)
    letter = roy.write([mary], "With my new keys.")
    world.flo.case(world.case_id).letters.release(letter, mary)
    for about, letters in ((None, 4), (mary, 5), (roy.participant_id, 4)):
        document = made(world, about)
        report = scene.check(document)
        assert report.findings == []
        assert report.letters == letters
        document["case"]["anchor"] = None
        assert [each.code for each in scene.check(document).findings] == ["anchor-missing"]


def test_somebody_without_a_device_and_a_letter_that_waits_for_its_day(scene: Scene, world: World) -> None:
    """The letter is written down by one facilitator and released by the other; another is not yet there to be read."""
    case, mary = world.case, world.mary.participant_id
    helped = case.people.add_assisted(RESPONSIBLE)
    case.people.agree_for(helped, CONSENT)
    letter = case.writing.write_down(helped, [mary], "Said to Fay.", means="dictation")
    world.finn.case(world.case_id).letters.release(letter, mary)
    later = world.mary.write([world.roy.participant_id], "For Friday.")
    case.letters.release(later, world.roy.participant_id, not_before=datetime.now(UTC) + timedelta(days=3))
    for about in (None, helped, mary):
        document = made(world, about)
        assert scene.check(document).findings == []
        shown = {each["content"]["text"] for each in document["letters"] if each["content"]}
        assert "Said to Fay." in shown
        assert ("For Friday." in shown) == (about == mary)


def test_in_a_case_that_has_run_out_nothing_is_made_and_nothing_recorded(scene: Scene, world: World) -> None:
    later = replace(world.fay.me, clock=lambda: datetime.now(UTC) + timedelta(days=60))
    wire = world.wire(later)
    wire.sent.clear()
    with pytest.raises(ProtocolError, match="expired"):
        Facilitator(later).case(world.case_id).transcript()
    assert not [each for each in wire.sent if each.url.path.endswith("/exports")]


def test_it_waits_for_the_log_to_be_signed(scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "SIGNED_WITHIN", 0.0)
    with pytest.raises(ApiError, match="not-signed-yet"):
        world.case.transcript()


def test_a_case_that_changes_meanwhile_is_looked_at_again(
    scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renewed(seconds: float) -> None:
        sign(world)
        world.case.renew()

    monkeypatch.setattr("mediation.client.transcript.time.sleep", renewed)
    with pytest.raises(ClientError, match="head-moved"):
        world.case.transcript()


def test_events_come_in_pages_under_one_head(scene: Scene, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "PAGE", 7)
    document = made(world)
    assert scene.check(document).findings == []
    assert len(document["events"]) > 4 * 7 and len(document["heads"]) == 1


def test_an_event_that_is_not_under_the_head_stops_it(scene: Scene, world: World) -> None:
    def moved(answer: Document) -> Document:
        answer["events"][0]["proof"], answer["events"][1]["proof"] = (each["proof"] for each in answer["events"][1::-1])
        return answer

    def evil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        path = request.url.path
        return altered(path, moved, "GET")(request, response) if "/exports/" in path else None

    world.wire(world.fay.me).evil = evil
    with pytest.raises(ProtocolError, match="bad-proof"):
        world.case.transcript()


def test_after_a_restored_backup_the_events_of_both_logs_are_proved(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(URL, wire=Wire(standing.app(settings)))
    founded = site.set_up(set_up_code.make(settings.instance), agency_name="B", display_name="Ada", phrase=PHRASE)
    ada = founded.administrator
    case = hire(site, Administrator(ada), "Fay").open_case([]).case
    engine = engine_from(settings)
    Upkeep(engine, utc_now).turn()
    SignerState(settings.instance).write(Head(settings.log_origin(), 4096, bytes(32)))  # the database has less
    with writing(engine) as session:
        origin = open_next_log(session, utc_now()).origin
        session.commit()
    old = list(trust.load(ada).authority.agency.newest.payload["log_vkeys"])
    new = notes.verifier_key(origin, settings.audit_keys[0]).text
    root_key.name_log_keys(ada, founded.sheet.root, [*old, new])
    monkeypatch.setattr("mediation.client.transcript.time.sleep", lambda seconds: Upkeep(engine, utc_now).turn())
    given = parse(case.transcript())
    assert len(given.heads) == 2 and {each["log"] for each in given.events} == {0, 1}
    assert verify(given, Trusted([*old, new])).findings == []
    found = {each.code for each in verify(given, Trusted([new])).findings}
    assert {"note-unsigned", "head-missing"} <= found
    engine.dispose()


def test_of_two_signatures_none_can_be_taken_away(scene: Scene, world: World) -> None:
    mary, case = world.mary.participant_id, world.case
    case.change_staff(approvals=2)
    letter = world.roy.write([mary], "For two to read.")
    asked = case.letters.release(letter, mary)
    assert world.finn.case(world.case_id).letters.co_sign(letter, asked.hash).final
    for about in (None, mary):
        document = made(world, about)
        assert scene.check(document).findings == []
        for release in document["releases"]:
            if len(release["decision"]["signatures"]) == 2:
                release["decision"]["signatures"].pop()
        assert "too-few-signatures" in {each.code for each in scene.check(document).findings}


def page(world: World, me: SignedIn) -> int:
    """What a browser is answered at the page."""
    client = world.app.test_client()
    for cookie in me.transport.cookies.jar:
        client.set_cookie(cookie.name, str(cookie.value), domain="127.0.0.1")
    return client.get(f"/cases/{world.case_id}/transcript", base_url="http://127.0.0.1:8000").status_code


def test_the_page_is_for_facilitators_of_the_case_alone(scene: Scene, world: World) -> None:
    fay, finn, flo, mary, ada = (each.me for each in (world.fay, world.finn, world.flo, world.mary, world.ada))
    assert [page(world, each) for each in (fay, finn, flo, mary, ada)] == [200, 200, 404, 403, 403]
    world.ada.give_roles(str(flo.staff_id), ["facilitator", "supervisor"])  # may see every case, and open none
    assert page(world, flo) == 403
    with pytest.raises(ApiError, match="not-allowed"):
        flo.transport.post(f"/cases/{world.case_id}/exports", {"participant_id": None})


@pytest.mark.parametrize("who", ["ada", "finn", "flo", "mary"])
def test_only_a_facilitator_of_the_case_may(scene: Scene, world: World, who: str) -> None:
    me = getattr(world, who).me
    path = f"/cases/{world.case_id}/exports"
    if who == "finn":
        assert world.finn.case(world.case_id).transcript()
        return
    status = {"ada": 403, "flo": 404, "mary": 403}[who]
    with pytest.raises(ApiError) as refused:
        me.transport.post(path, {"participant_id": None})
    assert refused.value.status == status
    with pytest.raises(ApiError) as refused:
        me.transport.get(f"{path}/{ID}")
    assert refused.value.status == status


def test_somebody_who_never_was_in_the_case_or_another_export_is_not_found(scene: Scene, world: World) -> None:
    transport = world.fay.me.transport
    with pytest.raises(ApiError, match="not-found"):
        world.case.transcript(ID)
    with pytest.raises(ApiError, match="not-found"):
        transport.get(f"/cases/{world.case_id}/exports/{ID}")
    other = world.fay.open_case([]).case
    theirs = transport.post(f"/cases/{other.case_id}/exports", {"participant_id": None})["export_id"]
    with pytest.raises(ApiError, match="not-found"):
        transport.get(f"/cases/{world.case_id}/exports/{theirs}")
