"""Vectors of invitations of another form, to the staff, and of agencies and rosters that do not belong together."""

from typing import Any, Final

from mediation.protocol import agency, invitation
from mediation.protocol.encoding import canonical, format_time, pae, parse_canonical
from mediation.protocol.primitives import mac
from tests.protocol.forging import forged, read
from tests.protocol.invitations import Invited, World
from tests.protocol.world import DAY, NOW, person
from tests.vectors.builder import Vector, identifier, refuse
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Entering: invitations of another form, to the staff, and under another agency or issuer."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("entering"):
        return [*_blobs(World()), *_staff(World()), *_issuers(World()), _another_agency(Setting(), Setting())]


def _opened(invited: Invited, blob: bytes, mac_: bytes | None = None) -> dict[str, Any]:
    own = mac_ or mac(invited.own.k, pae("mediation/v1/invite", blob))
    return {"blob": blob, "mac": own, "secret": invited.secret, "now": format_time(NOW)}


def _blobs(world: World) -> list[Vector]:
    """Invitations with a right MAC whose parts are not what they should be."""
    hana = world.hana
    parts = parse_canonical(hana.blob)
    shapes: dict[str, Any] = {
        "as an object": dict(zip("abcde", parts, strict=True)),
        "as text": "abcde",
        "of four parts": parts[:4],
        "of six parts": [*parts, None],
        "whose agency statements are text": ["x", *parts[1:]],
        "whose rosters are nothing": [parts[0], None, *parts[2:]],
        "whose case statements are an object": [*parts[:2], {"length": 1}, *parts[3:]],
    }
    return [
        refuse(f"an invitation {name}", "scene.invitation", "bad-field", **_opened(hana, canonical(each)))
        for name, each in shapes.items()
    ]


def _staff(world: World) -> list[Vector]:
    """An invitation to the staff that is one to a case, and one by an issuer whose time is over."""
    ada, zoe = world.agency.ada, world.zoe
    case = {"case_id": identifier("case"), "side": "community", "role": "party"}
    mixed = canonical([*parse_canonical(zoe.blob)[:4], forged(zoe.invite, "invite", ada, **case)])
    short = agency.Issuer(ada.id, ada.sign_pk, NOW - DAY, NOW + DAY)
    world.agency.declare(NOW, [short, world.agency.ben.issuer()])
    world.agency.issue(NOW)
    late = world.invited_to_staff(person("Sam"))
    blob, mac_ = invitation.close(world.agency.statements, world.agency.rosters, [], None, late.invite, late.own.k)
    over = {**_opened(late, blob, mac_), "now": format_time(NOW + 3 * DAY)}
    return [
        refuse(
            "an invitation to the staff with a case", "scene.invitation", "invite-case-wrong", **_opened(zoe, mixed)
        ),
        refuse("an invitation by an issuer whose time is over", "scene.invitation", "issuer-not-in-date", **over),
    ]


def _issuers(world: World) -> list[Vector]:
    """A roster by somebody who is an issuer, but not by the agency statement that it names."""
    cleo = person("Cleo")
    old = read(world.agency.statements[0], "agency").hash
    world.agency.declare(NOW, [world.agency.ada.issuer(), cleo.issuer()])
    rosters = [world.agency.rosters[0], forged(_next(world), "roster", cleo, agency=old)]
    setting = object.__new__(Setting)
    setting.agency = world.agency
    given = plain({"trust": setting.trust(rosters=rosters)})
    return [refuse("a roster by an issuer of another statement", "scene.authority", "issuer-unknown", **given)]


def _next(world: World) -> object:
    world.agency.issue(NOW)
    return world.agency.rosters[-1]


def _another_agency(ours: Setting, theirs: Setting) -> Vector:
    """A case that was pinned under one agency, shown under another."""
    pin = ours.case.chain().pin()
    history = ours.history(statements=ours.case.envelopes[-1:], pinned=pin, anchor=None)
    given = plain({"trust": theirs.trust(), "case": history})
    return refuse("a case of another agency from its pin", "scene.head", "agency-mixed", **given)
