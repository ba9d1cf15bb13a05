"""Vectors of case statements: what may be the first, what may follow, who must sign, and what a pin demands."""

from typing import Any, Final

from mediation.protocol import case, epoch
from mediation.protocol.encoding import format_date
from tests.protocol.forging import forged, resigned
from tests.protocol.world import DAY, NOW, Person
from tests.vectors.builder import Vector, digest, identifier, refuse, seed, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "A case's statements: who may sign what, and which history is followed."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("case"):
        single, double = Setting(1), Setting(2)
        return [*_first(single), *_signers(double), *_following(single)]


def _head(setting: Setting, trust: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return plain({"trust": trust or setting.trust(), "case": setting.history(**changes)})


def _first(setting: Setting) -> list[Vector]:
    first, fay = setting.case.envelopes[0], setting.fay
    others = [case.facilitator(setting.finn.staff())]
    wrong = {
        "a first statement by somebody else": ("case-id-wrong", resigned(first, "case", setting.finn)),
        "a first statement by an administrator": ("unknown-signer", resigned(first, "case", setting.ada)),
        "a creator who is not named": ("creator-not-named", forged(first, "case", fay, facilitators=others)),
        "a first statement of a later epoch": ("epoch-wrong", forged(first, "case", fay, epoch=2)),
        "a first statement with a kept list": ("kept-changed", forged(first, "case", fay, kept=digest("list"))),
        "a first statement of another agency": (
            "agency-mixed",
            forged(first, "case", fay, agency_id=identifier("another agency")),
        ),
        "a first statement under an unknown roster": (
            "roster-unknown",
            forged(first, "case", fay, roster=digest("unknown")),
        ),
        "a supervisor named as facilitator": (
            "facilitator-not-on-roster",
            forged(
                first,
                "case",
                fay,
                facilitators=[case.facilitator(each.staff()) for each in (fay, setting.agency.sue)],
            ),
        ),
        "a facilitator named with another key": (
            "facilitator-not-on-roster",
            forged(
                first, "case", fay, facilitators=[{**case.facilitator(fay.staff()), "box_kid": digest("another key")}]
            ),
        ),
    }
    refused = [
        refuse(name, "scene.head", code, **_head(setting, statements=[statement]))
        for name, (code, statement) in wrong.items()
    ]
    return [
        *refused,
        refuse("another nonce", "scene.head", "case-id-wrong", **_head(setting, nonce_hex=seed("nonce", 16).hex())),
        refuse("a short nonce", "scene.head", "bad-length", **_head(setting, nonce_hex="00")),
        refuse("no nonce", "scene.head", "nonce-missing", **_head(setting, nonce_hex=None)),
    ]


def _restaffed(setting: Setting, *facilitators: Person, approvals: int = 1) -> dict[str, Any]:
    staff = [setting.agency.staff[each.id] for each in facilitators]
    return case.staff(setting.case.renewed(), staff, approvals, epoch.public_key(epoch.new_secret()))


def _proposal(setting: Setting, payload: dict[str, Any], *signers: Person) -> dict[str, Any]:
    envelope = case.sign(payload, *(each.sign_seed for each in signers))
    return plain({**setting.base(), "envelope": envelope})


def _signers(setting: Setting) -> list[Vector]:
    fay, finn, flo, ada, ben = setting.fay, setting.finn, setting.flo, setting.ada, setting.agency.ben
    renewed = setting.case.renewed()
    change = _restaffed(setting, fay, flo)
    good = {
        "a renewal by one": (renewed, [finn]),
        "a change by both": (change, [fay, finn]),
        "a change by one, not enough yet": (change, [fay]),
        "a change by one and an issuer in place of the other": (change, [fay, ada]),
        "a change by one and somebody who does not count": (change, [fay, flo]),
        "a renewal by an issuer": (renewed, [ada]),
    }
    wrong: dict[str, tuple[str, dict[str, Any], list[Person]]] = {
        "a step by two issuers": ("two-issuers", change, [ada, ben]),
        "a step by somebody who is not of the case": ("unknown-signer", renewed, [flo]),
        "a step by a participant": ("unknown-signer", renewed, [setting.hana]),
        "a step with another seq": ("chain-seq", {**renewed, "seq": 4}, [fay]),
        "a step after another statement": ("chain-broken", {**renewed, "prev": digest("another")}, [fay]),
        "a step of another case": ("case-mixed", {**renewed, "case_id": identifier("another case")}, [fay]),
        "an epoch without cause": ("epoch-wrong", {**renewed, "epoch": 2}, [fay]),
        "another key without cause": ("epoch-wrong", {**renewed, "epoch_pk": change["epoch_pk"]}, [fay]),
        "other facilitators in the same epoch": ("epoch-wrong", {**change, "epoch": 1}, [fay, finn]),
        "other facilitators with the same key": (
            "epoch-key-reused",
            {**change, "epoch_pk": renewed["epoch_pk"]},
            [fay, finn],
        ),
        "a kept list without cause": ("kept-changed", {**renewed, "kept": digest("list")}, [fay]),
        "an unknown roster": ("roster-unknown", {**renewed, "roster": digest("unknown")}, [fay]),
    }
    return [success(name, "scene.proposal", **_proposal(setting, each, *who)) for name, (each, who) in good.items()] + [
        refuse(name, "scene.proposal", code, **_proposal(setting, each, *who))
        for name, (code, each, who) in wrong.items()
    ]


def _following(setting: Setting) -> list[Vector]:
    world, newest = setting.case, setting.case.envelopes[-1]
    pin = world.chain().pin()
    shorter = {**pin, "seq": 1, "hash": pin["lineage"][0]}
    renewed = case.sign(world.renewed(), setting.fay.sign_seed)
    unsigned = case.sign(world.renewed(), setting.flo.sign_seed)
    fork = forged(newest, "case", setting.fay, setting.finn, expires_on=format_date(NOW.date()))
    times = {"now": NOW, "its last day": NOW + 30 * DAY, "after its last day": NOW + 31 * DAY, "too early": NOW - DAY}
    return [
        *(
            success(f"a head, {name}", "scene.head", **_head(setting, setting.trust(now)))
            for name, now in times.items()
        ),
        success("continued from a pin", "scene.head", **_head(setting, statements=[newest, renewed], pinned=pin)),
        success("a whole chain that contains the pin", "scene.head", **_head(setting, pinned=pin)),
        refuse("no statement", "scene.head", "chain-empty", **_head(setting, statements=[])),
        refuse(
            "a step that nobody of the case signed",
            "scene.head",
            "unknown-signer",
            **_head(setting, statements=[*world.envelopes, unsigned]),
        ),
        refuse(
            "rolled back",
            "scene.head",
            "chain-rolled-back",
            **_head(setting, statements=world.envelopes[:1], pinned=pin),
        ),
        refuse("forked at the pin", "scene.head", "chain-forked", **_head(setting, statements=[fork], pinned=pin)),
        refuse(
            "forked before the pin",
            "scene.head",
            "chain-forked",
            **_head(setting, statements=[world.envelopes[0], fork], pinned=pin),
        ),
        refuse(
            "starting after the pin",
            "scene.head",
            "chain-misses-pin",
            **_head(setting, statements=[newest], pinned=shorter),
        ),
        refuse("without its start", "scene.head", "chain-seq", **_head(setting, statements=[newest])),
        refuse("not the case asked for", "scene.head", "case-mixed", **_head(setting, case_id=identifier("another"))),
    ]
