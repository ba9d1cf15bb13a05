"""What a recipient does with a letter: every choice from every state, and every refusal."""

from datetime import timedelta

import pytest

from mediation.messages import choices, letters, participation, taking_back
from mediation.messages.models import MessageRecipient, Task
from mediation.protocol.decision_signing import Choice
from mediation.protocol.message import Sealed
from tests.cases.fixtures import Desk
from tests.cases.refusals import refused, unchanged
from tests.cases.served import message_id
from tests.protocol.world import DAY, Person, person

WORDS = ("kept", "with_facilitator", "not_wanted")


def _offered(desk: Desk) -> Sealed:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys)
    return sealed


def _choose(desk: Desk, sealed: Sealed, choice: str, who: Person | None = None, *, tell: bool = False) -> str:
    if choice == "opened":
        desk.case.do(choices.open_letter, who or desk.rhys, message_id(sealed), tell=tell)
        return "opened"
    return str(desk.case.do(choices.choose, who or desk.rhys, message_id(sealed), choice, tell=tell).state)


def _row(desk: Desk, sealed: Sealed) -> MessageRecipient:
    return desk.office.rows(MessageRecipient, message_id=message_id(sealed))[0]


def _tasks(desk: Desk) -> dict[str, bool]:
    """The tasks by kind, and whether each is open."""
    return {task.kind: task.done_at is None for task in desk.office.rows(Task)}


@pytest.mark.parametrize("first", [*WORDS, None])
@pytest.mark.parametrize("then", [*WORDS, "opened"])
def test_until_it_is_opened_every_choice_can_become_any_other(desk: Desk, first: str | None, then: str) -> None:
    sealed = _offered(desk)
    if first is not None:
        assert _choose(desk, sealed, first) == first
    assert _choose(desk, sealed, then) == then
    assert _row(desk, sealed).state == then


@pytest.mark.parametrize("word", WORDS)
def test_what_was_opened_stays_opened(desk: Desk, word: str) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "opened")
    with refused(desk.office, "already-opened", 409):
        _choose(desk, sealed, word)


def test_opening_hands_over_the_text_and_its_key_again_and_again(desk: Desk) -> None:
    sealed = _offered(desk)
    ciphertext, wrap = desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert ciphertext == sealed.ciphertext
    with unchanged(desk.office):
        again = desk.case.do(choices.open_letter, desk.rhys, message_id(sealed), tell=False)
    assert again[1] == wrap
    assert desk.office.kinds(desk.case.case_id).count("message.opened") == 1


def test_a_reader_may_agree_to_tell_afterwards_but_not_untell(desk: Desk) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "opened")
    _choose(desk, sealed, "opened", tell=True)
    assert _row(desk, sealed).tell
    assert desk.office.kinds(desk.case.case_id)[-1] == "message.told"
    with unchanged(desk.office):
        _choose(desk, sealed, "opened", tell=False)


def test_opening_asks_the_facilitators_to_ask_how_it_landed(desk: Desk) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "with_facilitator")
    assert _tasks(desk) == {"read-together": True}
    _choose(desk, sealed, "opened")
    assert _tasks(desk) == {"read-together": False, "ask-how-it-landed": True}


def test_another_choice_closes_the_task_to_read_together(desk: Desk) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "with_facilitator")
    _choose(desk, sealed, "kept")
    assert _tasks(desk) == {"read-together": False}
    _choose(desk, sealed, "with_facilitator")
    assert sorted(task.done_at is None for task in desk.office.rows(Task)) == [False, True]


@pytest.mark.parametrize("choice", [*WORDS, "opened"])
def test_what_was_never_offered_is_not_there(desk: Desk, choice: str) -> None:
    waiting, returned = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
    later = desk.case.write(desk.hana, [desk.rhys])
    desk.case.decide(returned, Choice("return"))
    desk.case.release(later, desk.rhys, not_before=desk.case.now + timedelta(days=1))
    taken = desk.case.write(desk.hana, [desk.rhys])
    desk.case.do(taking_back.take_back, desk.hana, message_id(taken))
    for sealed in (waiting, returned, later, taken):
        with refused(desk.office, "not-found", 404):
            _choose(desk, sealed, choice)


@pytest.mark.parametrize("choice", [*WORDS, "opened"])
def test_nobody_else_chooses(desk: Desk, choice: str) -> None:
    sealed = _offered(desk)
    kim = desk.case.welcome(person("Kim"), "person_responsible")
    for who in (desk.hana, kim):
        with refused(desk.office, "not-found", 404):
            _choose(desk, sealed, choice, who)
    with refused(desk.office, "not-admitted", 403):
        _choose(desk, sealed, choice, person("Rhys", desk.rhys.id))


@pytest.mark.parametrize("choice", [*WORDS, "opened"])
def test_what_was_recalled_says_so(desk: Desk, choice: str) -> None:
    sealed = _offered(desk)
    desk.case.do(taking_back.take_back, desk.hana, message_id(sealed))
    with refused(desk.office, "recalled", 409):
        _choose(desk, sealed, choice)


@pytest.mark.parametrize("choice", [*WORDS, "opened"])
@pytest.mark.parametrize("standing", ["paused", "withdrawn"])
def test_whoever_paused_chooses_and_opens_nothing_new(desk: Desk, choice: str, standing: str) -> None:
    sealed = _offered(desk)
    desk.case.do(participation.change_own, desk.rhys, standing)
    with refused(desk.office, "not-standing", 409):
        _choose(desk, sealed, choice)


def test_whoever_paused_still_reads_what_they_opened(desk: Desk) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "opened")
    desk.case.do(participation.change_own, desk.rhys, "paused")
    with unchanged(desk.office):
        _choose(desk, sealed, "opened")
    (offer,) = desk.case.see(letters.letters, desk.rhys)["offers"]
    assert (offer["state"], offer["wrap"] is not None) == ("opened", True)


@pytest.mark.parametrize("choice", [*WORDS, "opened"])
def test_nothing_is_chosen_in_an_expired_case(desk: Desk, choice: str) -> None:
    sealed = _offered(desk)
    desk.case.now += 31 * DAY
    with refused(desk.office, "roster-expired"):
        _choose(desk, sealed, choice)


def test_what_was_opened_is_read_again_in_an_expired_case(desk: Desk) -> None:
    sealed = _offered(desk)
    _choose(desk, sealed, "opened")
    desk.case.now += 31 * DAY
    assert _choose(desk, sealed, "opened") == "opened"


def test_a_release_whose_time_has_come_is_offered_by_the_choice_itself(desk: Desk) -> None:
    sealed = desk.case.write(desk.hana, [desk.rhys])
    desk.case.release(sealed, desk.rhys, not_before=desk.case.now + timedelta(hours=1))
    desk.case.later(hours=1)
    _choose(desk, sealed, "kept")
    assert desk.office.kinds(desk.case.case_id)[-2:] == ["message.offered", "message.kept"]
    assert _row(desk, sealed).offered_at == desk.case.now


def test_a_new_key_has_to_be_sealed_to_first(desk: Desk) -> None:
    sealed = _offered(desk)
    again = person("Rhys", desk.rhys.id)
    desk.case.readmit(again, "person_responsible")
    desk.case.agree(again)
    with refused(desk.office, "letter-not-ready", 409):
        _choose(desk, sealed, "opened", again)


def test_a_facilitator_writes_down_what_an_assisted_person_did(desk: Desk) -> None:
    ann = desk.case.assist("Ann", "person_responsible")
    sealed = desk.case.write(desk.hana, [ann])
    desk.case.release(sealed, ann)
    case_id = message_id(sealed)
    desk.case.do(choices.choose_for, desk.finn, case_id, ann.id, "kept", tell=False)
    row = desk.case.do(choices.choose_for, desk.finn, case_id, ann.id, "opened", tell=True)
    assert (row.state, row.tell) == ("opened", True)
    assert _tasks(desk) == {"print": False, "ask-how-it-landed": True}
    with unchanged(desk.office):
        desk.case.do(choices.choose_for, desk.fay, case_id, ann.id, "opened", tell=True)
    with refused(desk.office, "already-opened", 409):
        desk.case.do(choices.choose_for, desk.fay, case_id, ann.id, "kept", tell=True)


def test_nobody_chooses_for_somebody_who_can_themselves(desk: Desk) -> None:
    sealed = _offered(desk)
    with refused(desk.office, "not-assisted", 409):
        desk.case.do(choices.choose_for, desk.fay, message_id(sealed), desk.rhys.id, "opened", tell=False)
    with refused(desk.office, "not-found", 404):
        desk.case.do(choices.choose_for, desk.fay, message_id(sealed), person("Nobody").id, "opened", tell=False)
    flo, sue = desk.office.agency.people["flo"], desk.office.agency.people["sue"]
    for who, code in ((flo, "not-found"), (sue, "not-allowed"), (desk.rhys, "not-found")):
        with refused(desk.office, code):
            desk.case.do(choices.choose_for, who, message_id(sealed), desk.rhys.id, "opened", tell=False)
