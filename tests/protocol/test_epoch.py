"""Epoch secrets: only for whom they were sealed, only in their place, and one opens the whole history."""

import pytest

from mediation.protocol import epoch, primitives
from mediation.protocol.encoding import new_id
from mediation.protocol.primitives import kid
from tests.protocol.refusals import refused
from tests.protocol.world import Person, person

CASE = new_id()


@pytest.fixture
def fay() -> Person:
    return person("Fay")


def test_a_facilitator_opens_what_was_sealed_to_them(fay: Person) -> None:
    secret = epoch.new_secret()
    blob = epoch.seal(secret, CASE, 2, fay.box_pk)
    assert epoch.open_seal(blob, fay.box_seed, CASE, 2, epoch.public_key(secret)) == secret


def test_nobody_else_opens_it(fay: Person) -> None:
    secret = epoch.new_secret()
    blob = epoch.seal(secret, CASE, 2, fay.box_pk)
    with refused("cannot-open"):
        epoch.open_seal(blob, person("Mallory").box_seed, CASE, 2, epoch.public_key(secret))


@pytest.mark.parametrize(("case_id", "number"), [(new_id(), 2), (CASE, 3)], ids=["case", "epoch"])
def test_a_seal_of_another_case_or_epoch_is_refused(fay: Person, case_id: str, number: int) -> None:
    secret = epoch.new_secret()
    blob = epoch.seal(secret, case_id, number, fay.box_pk)
    with refused("epoch-seal-misplaced"):
        epoch.open_seal(blob, fay.box_seed, CASE, 2, epoch.public_key(secret))


def test_what_was_sealed_for_somebody_else_and_sealed_again_is_refused(fay: Person) -> None:
    secret, finn = epoch.new_secret(), person("Finn")
    inside = primitives.open_seal(finn.box_seed, epoch.seal(secret, CASE, 2, finn.box_pk))
    with refused("epoch-seal-misplaced"):
        epoch.open_seal(primitives.seal(fay.box_pk, inside), fay.box_seed, CASE, 2, epoch.public_key(secret))


def test_a_secret_that_is_not_the_epoch_s_is_refused(fay: Person) -> None:
    blob = epoch.seal(epoch.new_secret(), CASE, 2, fay.box_pk)
    with refused("epoch-key-wrong"):
        epoch.open_seal(blob, fay.box_seed, CASE, 2, epoch.public_key(epoch.new_secret()))


def test_one_secret_opens_the_whole_history() -> None:
    secrets = [epoch.new_secret() for _ in range(3)]
    keys = [epoch.public_key(each) for each in secrets]
    links = {number: epoch.link(secrets[number - 1], secrets[number - 2], CASE, number) for number in (2, 3)}
    assert epoch.open_history(secrets[2], CASE, keys, links) == dict(zip(map(kid, keys), secrets, strict=True))
    assert epoch.open_history(secrets[0], CASE, keys[:1], {}) == {kid(keys[0]): secrets[0]}


def test_a_missing_link_is_noticed() -> None:
    secrets = [epoch.new_secret() for _ in range(2)]
    with refused("epoch-link-missing"):
        epoch.open_history(secrets[1], CASE, [epoch.public_key(each) for each in secrets], {})


def test_history_starts_from_the_newest_secret_only() -> None:
    with refused("epoch-key-wrong"):
        epoch.open_history(epoch.new_secret(), CASE, [epoch.public_key(epoch.new_secret())], {})


def test_a_link_of_another_case_epoch_or_key_does_not_open() -> None:
    new, old = epoch.new_secret(), epoch.new_secret()
    old_key = epoch.public_key(old)
    for blob in (epoch.link(new, old, new_id(), 2), epoch.link(new, old, CASE, 3), epoch.link(old, old, CASE, 2)):
        with refused("cannot-open"):
            epoch.follow_link(new, blob, CASE, 2, old_key)


def test_a_link_to_a_secret_of_another_epoch_is_refused() -> None:
    new, old = epoch.new_secret(), epoch.new_secret()
    with refused("epoch-key-wrong"):
        epoch.follow_link(new, epoch.link(new, epoch.new_secret(), CASE, 2), CASE, 2, epoch.public_key(old))


def test_a_link_to_something_of_another_length_is_refused() -> None:
    new, old = epoch.new_secret(), epoch.new_secret()
    with refused("epoch-key-wrong"):
        epoch.follow_link(new, epoch.link(new, old[:31], CASE, 2), CASE, 2, epoch.public_key(old))
