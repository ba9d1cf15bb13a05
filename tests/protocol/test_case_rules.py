"""Case statements: what may be the first, and what may follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import case, case_chain, epoch, members
from mediation.protocol.encoding import b64, format_date, new_id
from mediation.protocol.primitives import random_bytes
from tests.protocol.case_steps import assisted, follow, restaffed, signed
from tests.protocol.forging import forged, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, person
from tests.protocol.world_case import Case

# The first statement ------------------------------------------------------------------------------------------------


def test_a_case_is_created_by_a_facilitator_who_is_named(single: Case) -> None:
    chain = single.chain()
    assert chain.seq == 1
    assert chain.case_id == case.case_id(single.creator.sign_kid, single.nonce)
    assert chain.lineage == (chain.hash,)


def test_a_rival_first_statement_by_somebody_else_is_refused(single: Case) -> None:
    rival = forged(
        single.envelopes[0], "case", single.agency.finn, facilitators=[case.facilitator(single.agency.finn.staff())]
    )
    with refused("case-id-wrong"):
        case_chain.start(rival, single.nonce, single.agency.authority())


def test_another_nonce_makes_another_case(single: Case) -> None:
    with refused("case-id-wrong"):
        case_chain.start(single.envelopes[0], random_bytes(16), single.agency.authority())
    with refused("bad-length"):
        case_chain.start(single.envelopes[0], bytes(15), single.agency.authority())


def test_a_first_statement_by_an_administrator_or_a_supervisor_is_refused(single: Case) -> None:
    for who in (single.agency.ada, single.agency.sue):
        with refused("unknown-signer"):
            case_chain.start(resigned(single.envelopes[0], "case", who), single.nonce, single.agency.authority())


def test_a_creator_who_is_not_named_is_refused(single: Case) -> None:
    others = [case.facilitator(single.agency.finn.staff())]
    with refused("creator-not-named"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, facilitators=others),
            single.nonce,
            single.agency.authority(),
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 2, "prev": "A" * 43}, "chain-seq"),
        ({"epoch": 2}, "epoch-wrong"),
        ({"kept": "A" * 43}, "kept-changed"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"roster": "A" * 43}, "roster-unknown"),
        ({"approvals_required": 0}, "bad-field"),
        ({"approvals_required": 2}, "bad-field"),
        ({"facilitators": []}, "bad-field"),
        ({"members": ["A" * 43]}, "bad-field"),
        ({"expires_on": format_date((NOW + 31 * DAY).date())}, "bad-field"),
        ({"expires_on": format_date((NOW - DAY).date())}, "bad-field"),
    ],
)
def test_a_first_statement_has_exactly_its_form(single: Case, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        envelope = forged(single.envelopes[0], "case", single.agency.fay, **changes)
        case_chain.start(envelope, single.nonce, single.agency.authority())


@pytest.mark.parametrize("field", ["staff_id", "sign_kid", "box_kid"])
def test_a_facilitator_under_another_id_or_key_is_refused(single: Case, field: str) -> None:
    entry = {**case.facilitator(single.agency.finn.staff()), field: case.facilitator(person("M").staff())[field]}
    payload = {"facilitators": [case.facilitator(single.agency.fay.staff()), entry]}
    with refused("facilitator-not-on-roster"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, **payload), single.nonce, single.agency.authority()
        )


def test_a_supervisor_cannot_be_named_as_a_facilitator(single: Case) -> None:
    entries = [case.facilitator(each.staff()) for each in (single.agency.fay, single.agency.sue)]
    with refused("facilitator-not-on-roster"):
        case_chain.start(
            forged(single.envelopes[0], "case", single.agency.fay, facilitators=entries),
            single.nonce,
            single.agency.authority(),
        )


# What may follow ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": 3}, "chain-seq"),
        ({"prev": "A" * 43}, "chain-broken"),
        ({"case_id": new_id()}, "case-mixed"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"epoch": 2}, "epoch-wrong"),
        ({"epoch_pk": b64(epoch.public_key(bytes(32)))}, "epoch-wrong"),
        ({"kept": "A" * 43}, "kept-changed"),
        ({"roster": "A" * 43}, "roster-unknown"),
    ],
)
def test_a_step_changes_nothing_without_cause(single: Case, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        follow(single, signed({**single.renewed(), **changes}, single.agency.fay))


def test_other_facilitators_or_approvals_need_a_new_epoch(double: Case) -> None:
    fay, finn = double.agency.fay, double.agency.finn
    lowered = restaffed(double, fay, finn, approvals=1)
    chain = double.chain()
    for changes, code in [
        ({"epoch": 1}, "epoch-wrong"),
        ({"epoch": 3}, "epoch-wrong"),
        ({"epoch_pk": chain.payload["epoch_pk"]}, "epoch-key-reused"),
    ]:
        with refused(code):
            follow(double, signed({**lowered, **changes}, fay, finn))


def test_a_key_of_an_earlier_epoch_never_comes_back(single: Case) -> None:
    fay, finn = single.agency.fay, single.agency.finn
    first = single.chain().payload["epoch_pk"]
    single.step([], facilitators=[fay, finn])
    with refused("epoch-key-reused"):
        follow(single, signed({**restaffed(single, fay), "epoch_pk": first}, fay))


def test_the_same_facilitators_in_another_order_are_no_change(double: Case) -> None:
    swapped = {**double.renewed(), "facilitators": double.chain().payload["facilitators"][::-1]}
    with refused("too-few-signatures"):
        follow(double, signed(swapped, double.agency.fay))
    assert follow(double, signed(swapped, double.agency.fay, double.agency.finn)).payload["epoch"] == 1


def test_a_step_under_an_older_roster_is_refused(single: Case) -> None:
    older = single.agency.authority().roster
    single.agency.issue(NOW)
    single.renew()
    with refused("roster-rolled-back"):
        follow(single, signed({**single.renewed(), "roster": older.hash}, single.agency.fay))


def test_a_step_longer_than_thirty_days_is_refused(single: Case) -> None:
    long = {**single.renewed(), "expires_on": format_date(NOW.date() + timedelta(days=31))}
    with refused("bad-field"):
        signed(long, single.agency.fay)


def test_the_facilitators_list_may_change_with_the_facilitators(single: Case) -> None:
    payload = {**restaffed(single, single.agency.fay, single.agency.finn), "kept": "A" * 43}
    assert follow(single, signed(payload, single.agency.fay)).payload["kept"] == "A" * 43


def test_the_facilitators_list_may_change_with_the_members(single: Case) -> None:
    filled = members.fill([members.build(**assisted())])
    payload = {**case.admit(single.renewed(), members.hashes(filled)), "kept": "A" * 43}
    assert follow(single, signed(payload, single.agency.fay)).changes == ((1, 1), (2, 1))


def test_another_statement_of_the_same_case_by_another_agency_s_facilitator_is_refused(single: Case) -> None:
    other = Agency.found()
    with refused("unknown-signer"):
        follow(single, signed(single.renewed(), other.fay))
