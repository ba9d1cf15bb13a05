"""The agency's own acts at once: two administrators, a roster and new cases or case statements, one card.

Whatever order it comes to, every case afterwards rests on the newest roster, which anchors it.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from unittest import mock

from werkzeug.test import TestResponse

from mediation.accounts.models import Account
from mediation.cases import anchors, heads
from mediation.cases.models import Case
from mediation.client import Administrator, Facilitator
from mediation.client.signing_in import SignedIn
from mediation.db import reading
from mediation.protocol.encoding import b64, new_id
from mediation.worker import utc_now
from tests.agency_site import Browser, Person, Site, created
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of
from tests.races.asking import BUSY, PAUSE, TRIES, Answer, together
from tests.races.books import audit
from tests.races.place import Place

HEAD_START: Final = 0.1
"""Seconds in which another act comes to where it has to wait."""


class CaughtError(Exception):
    """What a client was about to send."""


def _ahead(me: SignedIn, act: Callable[[], object]) -> Prepared:
    """The request in which an act of somebody's client ends, not sent yet."""
    with mock.patch.object(me.transport, "post", side_effect=CaughtError) as post:
        try:
            act()
        except CaughtError:
            path, body = post.call_args.args
            return Prepared.call("POST", path, cookie_of(me), body, 201)
    raise AssertionError("nothing was sent")


def _roster(place: Place) -> Prepared:
    return _ahead(place.ada, Administrator(place.ada).renew)


def _opening(me: SignedIn) -> Prepared:
    return _ahead(me, lambda: Facilitator(me).open_case([]))


def _staff(me: SignedIn, case_id: str, left: SignedIn) -> Prepared:
    """The step after which `left` facilitates a case no more."""
    case = Facilitator(me).case(case_id)
    there = {each["staff_id"] for each in case.file().head.payload["facilitators"]}
    return _ahead(me, lambda: case.change_staff(sorted(there ^ {str(left.staff_id)})))


def _check_heads(place: Place) -> None:
    """Every case rests on the newest roster, which anchors it as it is."""
    heads.forget()
    for engine in place.engines:
        with reading(engine) as session:
            for case in session.query(Case):
                head = heads.verified(session, case, utc_now()).head
                assert head.lapse is None


def test_a_roster_and_new_cases(place: Place) -> None:
    opened = 0
    for _ in range(4):
        openings = [_opening(me) for me in place.facilitators]
        roster, *others = place.town.at_once([_roster(place), *openings])
        assert roster.word in ("ok", "roster-anchors")
        assert {each.word for each in others} <= {"ok", "roster-not-newest"}
        opened += sum(each.ok for each in others)
        _check_heads(place)
    with reading(place.engines[0]) as session:
        cases = list(session.query(Case).order_by(Case.number))
    assert [each.number for each in cases] == list(range(1, len(place.rooms) + opened + 1))
    assert len({each.reference for each in cases}) == len(cases)


def test_a_roster_and_case_statements(place: Place) -> None:
    for _ in range(3):
        taking = [_staff(place.fay, room.case_id, place.flo) for room in place.rooms[:3]]
        roster, *others = place.town.at_once([_roster(place), *taking])
        assert roster.word in ("ok", "roster-anchors")
        assert {each.word for each in others} <= {"ok", "roster-not-newest"}, others
        _check_heads(place)


def test_a_case_that_is_opened_while_a_roster_is_being_stored(place: Place) -> None:
    """The roster has counted the cases that it anchors and is not committed yet: a new case must name it."""
    opening, roster, record = _opening(place.fay), _roster(place), anchors.record

    def slowly(*given: Any) -> None:
        record(*given)
        time.sleep(3 * HEAD_START)

    def later() -> Answer:
        time.sleep(HEAD_START)
        return place.town.ask(opening)

    with mock.patch.object(anchors, "record", slowly):
        issued, opened = together(lambda: place.town.ask(roster), later)
    assert (issued.word, opened.word) == ("ok", "roster-not-newest")
    _check_heads(place)


def _changes(place: Place, case_id: str) -> list[Prepared]:
    """Another number of approvals each, by all three facilitators."""
    cases = [Facilitator(me).case(case_id) for me in place.facilitators]
    approvals = int(cases[0].file().head.approvals_required)
    wished = [each for each in (1, 2, 3) if each != approvals]
    pairs = zip(cases[:2], wished, strict=True)
    first = [_ahead(each.me, partial(each.change_staff, approvals=n)) for each, n in pairs]
    return [*first, _ahead(cases[2].me, cases[2].renew)]


def test_case_statements_of_three(place: Place) -> None:
    """Where one signature is enough, one is adopted; where two must agree, one that needs them waits, or a renewal,
    which does not, is adopted. Each is sent twice."""
    for room in (place.room, place.strict_room):
        answers = place.town.at_once(_changes(place, room.case_id) * 2)
        made = {number % 3 for number, each in enumerate(answers) if each.ok}
        assert {each.word for each in answers if not each.ok} <= {"head-moved", "proposal-exists"}
        assert sorted(each.status for each in answers if each.ok) == [200] * len(made) + [201] * len(made)
        found = audit(place.engines[0], room.case_id)
        newest = [each for each in found.statements if each.hash in {each.body.get("hash") for each in answers}]
        assert len(newest) == len(made)
        assert sum(each.state == "adopted" for each in newest) <= 1 >= sum(each.state == "proposed" for each in newest)
    assert len(made) <= 2


def test_two_sign_the_statement_that_waits(place: Place) -> None:
    room = place.strict_room
    change = _ahead(place.fay, lambda: Facilitator(place.fay).case(room.case_id).change_staff(approvals=3))
    hash_ = place.town.ask(change).body["hash"]
    asks = [_ahead(me, partial(Facilitator(me).case(room.case_id).sign, hash_)) for me in (place.finn, place.flo)]
    answers = place.town.at_once(asks * 2)
    assert {each.word for each in answers} <= {"ok", "proposal-closed"}
    assert any(each.ok for each in answers)
    found = audit(place.engines[0], room.case_id)
    assert found.about("case.stated", "statement")[(hash_,)] == int(found.case.head_hash == hash_)


def _insist(ask: Callable[[], TestResponse]) -> TestResponse:
    """The answer, asked for again while the service is busy."""
    for _ in range(TRIES):
        answer = ask()
        if answer.status_code != BUSY[0]:
            assert answer.status_code < 500, answer.json
            return answer
        assert (answer.json or {})["code"] == BUSY[1]
        time.sleep(PAUSE)
    raise AssertionError("it was never answered")


def _browsers(site: Site, who: Person, number: int) -> list[Browser]:
    """So many browsers in which somebody has signed in."""
    made = [site.browser() for _ in range(number)]
    assert all(who.sign_in(each).status_code == 200 for each in made)
    return made


def _second_issuer(site: Site) -> Person:
    bea = site.staff("Bea", "administrator", "facilitator")
    vkey = site.browser().read("/agency")["log_vkey"]
    site.agency.append(site.statement([vkey], [site.ada, bea]))
    created(site.ada.browser.post("/agency/statements", {"agency": site.agency[-1]}))
    site.issue()
    bea.sign_in_name = bea.sign_in_name or str(bea.browser.read("/session")["sign_in_name"])
    return bea


def test_two_administrators_issue_a_roster(site: Site) -> None:
    bea = _second_issuer(site)
    for _ in range(3):
        made = []
        for who in (site.ada, bea):
            site.staffed[bea.id] = bea.staff("administrator", *(["facilitator"] if who is bea else []))
            roster = site.next_roster(who)
            site.rosters.remove(roster)
            made += [(roster, browser) for browser in _browsers(site, who, 2)]
        acts = [
            lambda roster=roster, browser=browser: _insist(
                lambda: browser.post("/rosters", {"roster": roster, "admits": []})
            )
            for roster, browser in made
        ]
        answers = together(*acts)
        codes = [(each.json or {}).get("code", "ok") for each in answers]
        assert codes in (["ok", "ok", "roster-moved", "roster-moved"], ["roster-moved", "roster-moved", "ok", "ok"])
        site.rosters.append(made[codes.index("ok")][0])
        assert len({(each.json or {}).get("seq") for each in answers if each.status_code == 201}) == 1


def test_one_card_and_many_hands_each_of_them_twice(site: Site) -> None:
    card = site.invite(new_id())
    people = [site.person(f"P{number}") for number in range(4)]
    bodies = [site.join_body(card, each) for each in people] * 2
    path = f"/invitations/{card.invite_id}/join"
    acts = [lambda body=body: _insist(lambda: site.browser().post(path, body)).status_code for body in bodies]
    answers = together(*acts)
    pairs = sorted(zip(answers[:4], answers[4:], strict=True))
    assert [sorted(each) for each in pairs[1:]] == [[410, 410]] * 3
    assert sorted(pairs[0]) == [200, 201]
    with site.session() as session:
        assert session.query(Account).filter_by(staff_id=people[0].id).count() <= 1
        assert session.query(Account).count() == 2


def test_what_two_pages_remember(site: Site) -> None:
    """Of several that follow the same revision one is kept, and every other page learns which revision there is."""
    browsers = _browsers(site, site.ada, 4)
    for revision in range(1, 6):
        blobs = [b64(bytes([revision, number]) * 50) for number in range(len(browsers))]
        acts = [
            lambda browser=browser, blob=blob, revision=revision: _insist(
                lambda: browser.put("/memory/pins", {"revision": revision, "blob": blob})
            )
            for browser, blob in zip(browsers, blobs, strict=True)
        ]
        answers = together(*acts)
        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
        assert {(each.json or {})["revision"] for each in answers} == {revision}
        won = next(number for number, each in enumerate(answers) if each.status_code == 200)
        assert site.ada.browser.read("/memory/pins")["blob"] == blobs[won]
