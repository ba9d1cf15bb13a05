"""Steps of a case, honest and not, for the tests of case statements."""

from __future__ import annotations

from typing import Any

from mediation.protocol import case, case_chain, epoch
from mediation.protocol.case_chain import Chain
from mediation.protocol.encoding import new_id
from tests.protocol.world import Person
from tests.protocol.world_case import Case


def follow(world: Case, *envelopes: Any, **options: Any) -> Chain:
    """The case's chain with more statements."""
    return case_chain.follow([*world.envelopes, *envelopes], world.agency.authority(), nonce=world.nonce, **options)


def restaffed(world: Case, *facilitators: Person, approvals: int = 1) -> dict[str, Any]:
    """The payload of a step to these facilitators and approvals."""
    staff = [world.agency.staff[each.id] for each in facilitators]
    return case.staff(world.renewed(), staff, approvals, epoch.public_key(epoch.new_secret()))


def signed(payload: dict[str, Any], *signers: Person) -> dict[str, Any]:
    return case.sign(payload, *(each.sign_seed for each in signers))


def assisted() -> dict[str, Any]:
    none = {"sign_pk": None, "box_pk": None, "invite_hash": None}
    return {"participant_id": new_id(), "side": "person_harmed", "role": "party", "assisted": True, **none}
