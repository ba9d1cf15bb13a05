"""Numbers that are recorded, shared and confirmed at the same moment: as if one had come after the other."""

import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import sms
from mediation.access import Actor
from mediation.client import Participant
from mediation.client.signing_in import SignedIn
from mediation.db import reading, writing
from mediation.errors import Gone
from mediation.sms.codes import TRIES
from mediation.sms.models import Contact, TextTask
from mediation.sms.tasks import TextTaskKind
from mediation.worker import utc_now
from tests.bench.prepared import Prepared
from tests.bench.town import cookie_of
from tests.races.asking import together
from tests.races.place import Place
from tests.sms.confirmed import code_of

HEAD_START = 0.3
"""Seconds in which another act comes to where it has to wait."""
ONE, OTHER = "07700 900998", "07700 900999"
Act = Callable[[Session], object]


def _actor(me: SignedIn) -> Actor:
    return Actor(kind="participant", account_id=me.account_id, participant_id=str(me.participant_id))


def _records(me: SignedIn, number: str) -> Act:
    def act(session: Session) -> None:
        sms.set_contact(
            session,
            _actor(me),
            target=me,
            participant_id=str(me.participant_id),
            case_id=str(me.case_id),
            profile=sms.Profile("text", number),
            now=utc_now(),
        )

    return act


def _confirms(me: SignedIn, code: str) -> Act:
    def act(session: Session) -> None:
        try:
            sms.confirm(
                session, _actor(me), target=me, participant_id=str(me.participant_id), code=code, now=utc_now()
            )
        except Gone:
            session.rollback()

    return act


def _one_after_the_other(place: Place, first: Act, second: Act) -> None:
    """The first has done it and not yet said so when the second begins."""
    begun = writing(place.engines[0])
    first(begun)

    def other() -> None:
        with writing(place.engines[1]) as session:
            second(session)
            session.commit()

    def commit() -> None:
        time.sleep(HEAD_START)
        begun.commit()
        begun.close()

    together(other, commit)


def test_two_who_give_one_number_are_both_noticed(place: Place) -> None:
    people = [place.rooms[0].mary, place.rooms[1].roy]
    _one_after_the_other(place, *[_records(me, ONE) for me in people])
    with reading(place.engines[0]) as session:
        asked = session.scalars(select(TextTask.participant_id).where(TextTask.kind == TextTaskKind.SHARED)).all()
    assert sorted(asked) == sorted(str(me.participant_id) for me in people)


def _coded(place: Place) -> tuple[SignedIn, str]:
    """Somebody, and the code that went to their number."""
    mary = place.room.mary
    Participant(mary).set_contact("text", ONE)
    Participant(mary).send_code()
    return mary, code_of(place.engines[0], str(mary.participant_id))


@pytest.mark.parametrize("changes_first", [False, True])
def test_a_code_never_confirms_the_number_that_comes_instead(place: Place, changes_first: bool) -> None:
    mary, code = _coded(place)
    acts = _confirms(mary, code), _records(mary, OTHER)
    _one_after_the_other(place, *(reversed(acts) if changes_first else acts))
    with reading(place.engines[0]) as session:
        contact = session.get_one(Contact, mary.participant_id)
        assert (sms.masked(contact.number), contact.confirmed_at) == ("••• 999", None)


def test_many_wrong_codes_at_once_are_each_counted(place: Place) -> None:
    mary, code = _coded(place)
    wrong = {"code": f"{(int(code) + 1) % 10**6:06}"}
    asking = Prepared.call("POST", "/contact/confirmation", cookie_of(mary), wrong, 200)
    answers = together(*[lambda: place.town.ask(asking)] * (TRIES + 3))
    assert Counter(each.word for each in answers) == {"code-wrong": TRIES - 1, "code-gone": 4}
