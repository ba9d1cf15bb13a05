"""Vectors of steps that colleagues, issuers and old staff lists try, and of who is admitted by them."""

from typing import Any, Final

from mediation.protocol import agency, case, epoch, kept, members
from mediation.protocol.encoding import b64, format_date, unb64
from tests.protocol.forging import forged, read
from tests.protocol.scene_parts import joiner_out
from tests.protocol.world import DAY, NOW, Envelope, Person, person
from tests.protocol.world_case import document
from tests.vectors.builder import Vector, digest, identifier, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Steps of a case: who stands in for whom, under which staff list, and who comes in by them."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("steps"):
        return [*_stand_ins(Setting(2)), *_withdrawn(Setting(2)), *_rosters(Setting(1)), *_admissions(Setting(1))]


def _head(setting: Setting, trust: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return plain({"trust": trust or setting.trust(), "case": setting.history(**changes)})


def _restaffed(setting: Setting, *facilitators: Person, key: bytes | None = None) -> dict[str, Any]:
    staff = [setting.agency.staff[each.id] for each in facilitators]
    return case.staff(setting.case.renewed(), staff, 1, key or epoch.public_key(epoch.new_secret()))


def _proposal(setting: Setting, payload: dict[str, Any], *signers: Person) -> dict[str, Any]:
    return plain({**setting.base(), "envelope": case.sign(payload, *(each.sign_seed for each in signers))})


def _dates(days: int) -> dict[str, str]:
    """Dates of a statement so many days from now."""
    return {
        name: format_date((NOW + each * DAY).date()) for name, each in (("issued_on", days), ("expires_on", days + 9))
    }


def _stand_ins(setting: Setting) -> list[Vector]:
    """Ada may stand in from the day before NOW for a year; then Fay and Flo are issuers too, with other keys."""
    world, fay, finn, flo, ada = setting.agency, setting.fay, setting.finn, setting.flo, setting.ada
    change = _restaffed(setting, fay, flo)
    dated = [
        refuse(
            f"an issuer who stands in {name}",
            "scene.proposal",
            "issuer-not-in-date",
            **_proposal(setting, {**change, **_dates(days)}, fay, ada),
        )
        for name, days in {"before their time": -3, "after their time": 400}.items()
    ] + [
        success(f"an issuer who stands in on {name} day", "scene.proposal", **_proposal(setting, payload, fay, ada))
        for name, payload in {"their first": {**change, **_dates(-1)}, "their last": {**change, **_dates(365)}}.items()
    ]
    both = [person("Fay", fay.id), person("Flo", flo.id)]
    world.issuers += both
    world.declare()
    world.issue(NOW)
    return dated + [
        refuse(
            f"an issuer who is a facilitator {name}",
            "scene.proposal",
            "issuer-involved",
            **_proposal(setting, _restaffed(setting, fay, flo), finn, who),
        )
        for name, who in {"of the case": both[0], "from now on": both[1]}.items()
    ]


def _withdrawn(setting: Setting) -> list[Vector]:
    """Fay and, for Finn, Ada have signed the head; then the agency says something else about Ada's key."""
    world, ada, ben = setting.agency, setting.ada, setting.agency.ben
    world_case = setting.case
    world_case.take(_restaffed(setting, setting.fay, setting.flo), [setting.fay, ada])
    world_case.anchored = world_case.chain().hash
    world.issue(NOW, issuer=ben)
    found = [success("a head that an issuer signed in place of somebody", "scene.head", **_head(setting))]
    now = {
        "is out of date": agency.Issuer(ada.id, ada.sign_pk, NOW - 400 * DAY, NOW - 300 * DAY),
        "is a facilitator's": agency.Issuer(setting.fay.id, ada.sign_pk, NOW - DAY, NOW + DAY),
        "is in date again": ada.issuer(),
    }
    for name, issuer in now.items():
        world.declare(NOW, [issuer, ben.issuer()])
        world.issue(NOW, issuer=ben)
        found.append(success(f"a head whose issuer's key {name}", "scene.head", **_head(setting)))
    return found


def _rosters(setting: Setting) -> list[Vector]:
    world, fay = setting.case, setting.fay
    own_key = case.sign(_restaffed(setting, fay, setting.flo, key=fay.box_pk), fay.sign_seed)
    first = forged(world.envelopes[0], "case", fay, epoch_pk=b64(fay.box_pk))
    finn = {**case.facilitator(setting.finn.staff()), "sign_kid": digest("another key")}
    other_key = forged(world.envelopes[0], "case", fay, facilitators=[case.facilitator(fay.staff()), finn])
    elsewhere = {**world.renewed(), "agency_id": identifier("another agency")}
    apart = [
        refuse("a step of another agency", "scene.proposal", "agency-mixed", **_proposal(setting, elsewhere, fay)),
        refuse(
            "an epoch with a facilitator's own key",
            "scene.proposal",
            "key-repeated",
            **plain({**setting.base(), "envelope": own_key}),
        ),
        refuse(
            "a facilitator named with another signing key",
            "scene.head",
            "facilitator-not-on-roster",
            **_head(setting, statements=[other_key]),
        ),
        refuse(
            "a first epoch with its creator's own key",
            "scene.head",
            "key-repeated",
            **_head(setting, statements=[first]),
        ),
    ]
    old = read(setting.agency.rosters[0], "roster").hash
    setting.agency.issue(NOW)
    world.renew(fay)
    back = {**world.renewed(), "roster": old}
    newest, pin = world.envelopes[-1:], world.chain().pin()
    held = setting.trust(rosters=setting.agency.rosters[:1])
    return [
        *apart,
        refuse("a step under an older roster", "scene.proposal", "roster-rolled-back", **_proposal(setting, back, fay)),
        refuse(
            "a head under an older roster",
            "scene.head",
            "roster-rolled-back",
            **_head(setting, held, statements=newest, pinned=pin),
        ),
    ]


def _admissions(setting: Setting) -> list[Vector]:
    world, sam = setting.case, person("Sam")
    world.decisions.append(setting.release)
    joiner = world.join(sam, "person_harmed", "supporter")
    hana, rob, xan = (each for each in world.documents if "side" in each)
    list_ = kept.build([setting.letter.statement.hash])
    listed = kept.document_hash(list_)
    again = world.join(person("Xan", setting.xan.id), "person_harmed")

    def step(
        *documents: Any, lists: dict[str, Any] | None = None, joiners: Any = (joiner,), **changes: Any
    ) -> Envelope:
        filled = members.fill(documents)
        payload = case.admit(world.renewed(), members.hashes(filled))
        after = {"facilitators": None, "members": lists or {}}
        came = [{**joiner_out(each), **changes} for each in joiners]
        given = {"after_documents": filled, "after_kept": after, "joiners": came}
        return plain(setting.step(payload, [setting.fay], **given))

    here = (hana, rob, xan)
    new_lists = {setting.hana.id: list_}
    as_fay = {**document(joiner), "sign_pk": b64(setting.fay.sign_pk)}
    refused: dict[str, tuple[str, Envelope]] = {
        "a newcomer who brings a list": ("kept-changed", step(*here, document(joiner, listed), lists={sam.id: list_})),
        "a member's list without cause": ("kept-changed", step({**hana, "kept": listed}, rob, xan, lists=new_lists)),
        "a joiner in another role": ("not-joined", step(*here, document(joiner), role="guardian")),
        "a joiner with another signing key": (
            "not-joined",
            step(*here, document(joiner), sign_pk=unb64(rob["sign_pk"]).hex()),
        ),
        "a joiner with another box key": ("not-joined", step(*here, document(joiner), box_pk="00" * 32)),
        "new keys for a member without a join": ("not-joined", step(hana, rob, document(again))),
        "a member with a facilitator's key": ("key-repeated", step(*here, as_fay)),
        "a member with another's box key": ("key-repeated", step(*here, {**document(joiner), "box_pk": rob["box_pk"]})),
        "a member under a facilitator's id": (
            "member-repeated",
            step(*here, {**document(joiner), "participant_id": setting.fay.id}),
        ),
        "somebody who had keys leaves without lists": ("kept-mismatch", step(hana, xan)),
    }
    return [
        success("keys for somebody who had none", "scene.step", **step(hana, rob, document(again), joiners=[again])),
        *(refuse(name, "scene.step", code, **inputs) for name, (code, inputs) in refused.items()),
    ]
