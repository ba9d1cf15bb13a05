"""Vectors of joining: invitations and answers, to a case and to the staff, and every swap of them."""

from typing import Any, Final

from mediation.protocol import epoch, invitation
from mediation.protocol.encoding import format_time, pae
from mediation.protocol.primitives import mac
from tests.protocol.forging import forged, resigned
from tests.protocol.invitations import Invited, World
from tests.protocol.world import DAY, NOW, person
from tests.vectors.builder import Vector, digest, identifier, refuse, seed, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Joining: whoever was invited and whoever admits them see through every swap."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("joining"):
        world = World()
        return [*_opening(world), *_blobs(world), *_answers(world), *_staff(world), *_recovering(world)]


def _opened(invited: Invited, **changes: Any) -> dict[str, Any]:
    given = {"blob_hex": invited.blob.hex(), "mac_hex": invited.mac.hex(), "secret_hex": invited.secret.hex()}
    return {**given, "now": format_time(NOW), **changes}


def _opening(world: World) -> list[Vector]:
    hana, rob = world.hana, world.rob
    altered = hana.blob[:-20] + bytes([hana.blob[-20] ^ 1]) + hana.blob[-19:]
    own = mac(rob.own.k, pae("mediation/v1/invite", hana.blob)).hex()
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "another code": ("invite-mac-wrong", {"secret_hex": rob.secret.hex()}),
        "somebody else's invitation": ("invite-mac-wrong", {"blob_hex": rob.blob.hex(), "mac_hex": rob.mac.hex()}),
        "an altered invitation": ("invite-mac-wrong", {"blob_hex": altered.hex()}),
        "another MAC": ("invite-mac-wrong", {"mac_hex": bytes(32).hex()}),
        "a code and MAC of another secret": ("invite-key-wrong", {"mac_hex": own, "secret_hex": rob.secret.hex()}),
        "an invitation after seven days": ("invite-expired", {"now": format_time(NOW + 8 * DAY)}),
        "an invitation for longer than seven days": ("invite-too-long", {"now": format_time(NOW - DAY)}),
    }
    return [
        success("an invitation to a case", "scene.invitation", **_opened(hana)),
        success("an invitation to the staff", "scene.invitation", **_opened(world.zoe)),
        *(refuse(name, "scene.invitation", code, **_opened(hana, **each)) for name, (code, each) in wrong.items()),
    ]


def _blobs(world: World) -> list[Vector]:
    """Invitations with a right MAC, as only the inviter could make them."""
    hana, fay = world.hana, world.agency.fay
    wrong: dict[str, tuple[str, int, Any]] = {
        "an invite swapped inside": ("invite-key-wrong", 4, world.rob.invite),
        "an invite by somebody who is not of the case": (
            "unknown-signer",
            4,
            resigned(hana.invite, "invite", world.agency.flo),
        ),
        "an invite to another case": (
            "invite-case-wrong",
            4,
            forged(hana.invite, "invite", fay, case_id=identifier("another case")),
        ),
        "an invite of another agency": (
            "agency-mixed",
            4,
            forged(hana.invite, "invite", fay, agency_id=identifier("another agency")),
        ),
        "an invite to the staff in a case": (
            "invite-case-wrong",
            4,
            forged(hana.invite, "invite", fay, case_id=None, side=None, role=None),
        ),
        "no agency statements": ("bad-field", 0, []),
        "no rosters": ("chain-empty", 1, []),
        "no case statements": ("bad-field", 2, []),
        "no nonce": ("bad-field", 3, None),
        "a roster by a facilitator": ("unknown-signer", 1, [resigned(world.agency.rosters[0], "roster", fay)]),
    }
    return [
        refuse(name, "scene.invitation", code, **_part(hana, place, value))
        for name, (code, place, value) in wrong.items()
    ]


def _part(invited: Invited, place: int, value: Any) -> dict[str, Any]:
    blob, mac_ = invited.part(place, value)
    return _opened(invited, blob_hex=blob.hex(), mac_hex=mac_.hex())


def _join(world: World, invited: Invited, answer: tuple[Any, bytes], **changes: Any) -> dict[str, Any]:
    setting = object.__new__(Setting)
    setting.agency, setting.case = world.agency, world.case
    given = {"join": answer[0], "mac_hex": answer[1].hex(), "invite": invited.invite, "ik_hex": invited.own.ik.hex()}
    return plain({**setting.base(), **given, "used": [], **changes})


def _answers(world: World) -> list[Vector]:
    hana, rob = world.hana, world.rob
    answer, of_hana = hana.answer(), hana.opened().invite.hash
    late = {"trust": {**_join(world, hana, answer)["trust"], "now": format_time(NOW + 8 * DAY)}}
    wrong: dict[str, tuple[str, tuple[Any, bytes], dict[str, Any]]] = {
        "a server's own answer": ("join-mac-wrong", (rob.answer()[0], answer[1]), {}),
        "an answer with another secret": ("join-mac-wrong", hana.answer(k=seed("k")), {}),
        "an answer to another invite": ("join-invite-wrong", rob.answer(k=hana.own.k), {}),
        "an invite swapped for another": ("invite-key-wrong", answer, {"invite": rob.invite}),
        "another kept secret": ("invite-key-wrong", answer, {"ik_hex": rob.own.ik.hex()}),
        "an invite used before": ("invite-used", answer, {"used": [of_hana]}),
        "an answer after the invite's time": ("invite-expired", answer, late),
    }
    return [
        success("an answer that holds", "scene.join", **_join(world, hana, answer)),
        *(
            refuse(name, "scene.join", code, **_join(world, hana, given, **changes))
            for name, (code, given, changes) in wrong.items()
        ),
    ]


def _staff(world: World) -> list[Vector]:
    zoe = world.zoe

    def inputs(invited: Invited, answer: tuple[Any, bytes], **changes: Any) -> dict[str, Any]:
        given = _join(world, invited, answer, **changes)
        return {name: value for name, value in given.items() if name != "case"}

    by_fay = world.invited_to_staff(person("Sam"), world.agency.fay)
    other = world.invited_to_staff(person("Sam"))
    return [
        success("an answer of new staff", "scene.join_staff", **inputs(zoe, zoe.answer())),
        refuse(
            "an invite to the staff by a facilitator",
            "scene.join_staff",
            "unknown-signer",
            **inputs(by_fay, other.answer()),
        ),
        refuse("somebody else's answer", "scene.join_staff", "join-mac-wrong", **inputs(zoe, other.answer())),
        refuse(
            "an invite to a case as one to the staff",
            "scene.join_staff",
            "unknown-signer",
            **inputs(world.hana, world.hana.answer()),
        ),
    ]


def _recovering(world: World) -> list[Vector]:
    case, own = world.case, world.hana.own
    blob = invitation.keep(own.ik, epoch.public_key(case.secret), case.case_id, own.invite_id).hex()
    given = {"blob_hex": blob, "secrets": [seed("another").hex(), case.secret.hex()]}
    where = {"case_id": case.case_id, "invite_id": own.invite_id}
    return [
        success("a kept secret", "scene.recover", **given, **where),
        refuse(
            "a secret of another invitation",
            "scene.recover",
            "invite-secret-misplaced",
            **given,
            **{**where, "invite_id": digest("another")},
        ),
        refuse("no secret that opens it", "scene.recover", "cannot-open", **{**given, "secrets": []}, **where),
    ]
