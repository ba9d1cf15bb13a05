"""Vectors of authority: agency statements and rosters, from the root key down."""

from datetime import timedelta
from typing import Any, Final

from mediation.protocol import chain
from mediation.protocol.encoding import SKEW
from tests.protocol.forging import forged, read, resigned
from tests.protocol.world import DAY, NOW, Agency, Person, person
from tests.vectors.builder import Vector, digest, identifier, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Whose word counts: root key, agency statements, rosters, pins and their expiry."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("authority"):
        founded = Agency.found()
        founded.declare()
        founded.issue(NOW + DAY)
        return [*_holds(founded), *_agency(founded), *_rosters(founded), *_pins(founded)]


def _inputs(world: Agency, **changes: Any) -> dict[str, Any]:
    setting = object.__new__(Setting)
    setting.agency = world
    return plain({"trust": setting.trust(**{"now": NOW + DAY, **changes})})


def _root(world: Agency) -> Person:
    return Person("Root", identifier("root"), world.root_seed, world.root_seed, identifier("root account"))


def _holds(world: Agency) -> list[Vector]:
    ends = NOW + 31 * DAY
    second = timedelta(seconds=1)
    times = {
        "a roster holds": NOW + DAY,
        "a roster holds ten minutes early": NOW + DAY - SKEW,
        "a roster before its time lapses": NOW + DAY - SKEW - second,
        "a roster holds ten minutes late": ends + SKEW,
        "an expired roster lapses": ends + SKEW + second,
    }
    return [success(name, "scene.authority", **_inputs(world, now=now)) for name, now in times.items()] + [
        success("a run of rosters may start later", "scene.authority", **_inputs(world, rosters=world.rosters[1:]))
    ]


def _agency(world: Agency) -> list[Vector]:
    first, second = world.statements
    root, other = _root(world), Agency.found()
    wrong = {
        "no agency statement": ("chain-empty", []),
        "an agency chain without its start": ("chain-seq", [second]),
        "an agency statement twice": ("chain-seq", [first, first, second]),
        "an agency statement after another one": (
            "chain-broken",
            [forged(first, "agency", root, name="Another"), second],
        ),
        "an agency statement by an administrator": ("unknown-signer", [resigned(first, "agency", world.ada), second]),
        "another agency's statements": ("unknown-signer", other.statements),
        "a statement naming another root key": ("root-key-wrong", [forged(other.statements[0], "agency", root)]),
        "a second agency in the chain": (
            "agency-mixed",
            [first, forged(second, "agency", root, agency_id=identifier("another agency"))],
        ),
        "an issuer withdrawn": ("issuer-withdrawn", [first, forged(second, "agency", root, issuers=[])]),
        "an issuer whose time was cut short": (
            "issuer-withdrawn",
            [first, forged(second, "agency", root, issuers=[world.ada.issuer(NOW - 400 * DAY).entry])],
        ),
    }
    rosters = world.rosters[:1]
    return [
        refuse(name, "scene.authority", code, **_inputs(world, agency=statements, rosters=rosters))
        for name, (code, statements) in wrong.items()
    ]


def _rosters(world: Agency) -> list[Vector]:
    first, second = world.rosters
    ada, fay, finn = world.ada, world.fay.staff().entry, world.finn.staff().entry
    old = read(world.statements[0], "agency").hash
    falling = forged(first, "roster", ada, seq=3, prev=read(second, "roster").hash, agency=old)
    wrong = {
        "no roster": ("chain-empty", []),
        "a missing roster": ("chain-seq", [first, forged(second, "roster", ada, seq=3)]),
        "a roster after another one": ("chain-broken", [forged(first, "roster", ada, staff=[]), second]),
        "a roster by a facilitator": ("unknown-signer", [resigned(first, "roster", world.fay)]),
        "a roster of another agency": (
            "agency-mixed",
            [forged(first, "roster", ada, agency_id=identifier("another agency"))],
        ),
        "a roster under an unknown agency statement": (
            "agency-unknown",
            [forged(first, "roster", ada, agency=digest("unknown"))],
        ),
        "a roster under an older agency statement than before": ("agency-rolled-back", [first, second, falling]),
        "a roster before its issuer's time": (
            "issuer-not-in-date",
            [forged(first, "roster", ada, issued_at="2026-02-20T00:00:00Z", expires_at="2026-03-10T00:00:00Z")],
        ),
        "somebody on the roster twice": ("staff-repeated", [forged(first, "roster", ada, staff=[fay, fay])]),
        "a signing key on the roster twice": (
            "key-repeated",
            [forged(first, "roster", ada, staff=[fay, {**finn, "sign_pk": fay["sign_pk"]}])],
        ),
        "a box key on the roster twice": (
            "key-repeated",
            [forged(first, "roster", ada, staff=[fay, {**finn, "box_pk": fay["box_pk"]}])],
        ),
    }
    return [
        refuse(name, "scene.authority", code, **_inputs(world, rosters=rosters))
        for name, (code, rosters) in wrong.items()
    ]


def _pin(world: Agency, agency_seq: int, roster_seq: int, **changes: str) -> dict[str, Any]:
    pins = [
        chain.pin(read(world.statements[agency_seq - 1], "agency")),
        chain.pin(read(world.rosters[roster_seq - 1], "roster")),
    ]
    documents = [{"seq": each.seq, "hash": each.hash} for each in pins]
    named = dict(zip(("agency", "roster"), documents, strict=True))
    return {name: {**each, "hash": changes.get(name, each["hash"])} for name, each in named.items()}


def _pins(world: Agency) -> list[Vector]:
    rolled, forked = _pin(world, 2, 2), digest("another")
    return [
        success("a chain that contains the pins", "scene.authority", **_inputs(world, pinned=_pin(world, 1, 1))),
        refuse(
            "agency statements rolled back",
            "scene.authority",
            "chain-rolled-back",
            **_inputs(world, agency=world.statements[:1], rosters=world.rosters[:1], pinned=rolled),
        ),
        refuse(
            "rosters rolled back",
            "scene.authority",
            "chain-rolled-back",
            **_inputs(world, rosters=world.rosters[:1], pinned=rolled),
        ),
        refuse(
            "rosters that start after the pin",
            "scene.authority",
            "chain-misses-pin",
            **_inputs(world, rosters=world.rosters[1:], pinned=_pin(world, 1, 1)),
        ),
        refuse(
            "agency statements forked",
            "scene.authority",
            "chain-forked",
            **_inputs(world, pinned=_pin(world, 1, 1, agency=forked)),
        ),
        refuse(
            "rosters forked",
            "scene.authority",
            "chain-forked",
            **_inputs(world, pinned=_pin(world, 1, 1, roster=forked)),
        ),
        refuse(
            "another root key",
            "scene.authority",
            "unknown-signer",
            **_inputs(world, root_pk_hex=person("Mallory").sign_pk.hex()),
        ),
    ]
