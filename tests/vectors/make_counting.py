"""Vectors of what counts for whom when somebody has left: what was listed, and what was dated back."""

from typing import Any, Final

from mediation.protocol import case, kept, members
from tests.protocol.forging import forged, read
from tests.protocol.world import NOW, Envelope
from tests.vectors.builder import Vector, known, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "What counts for whom once somebody has left, and which lists a step may carry then."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("counting"):
        return [*_off_the_roster(Setting()), _dated_back(Setting()), *_left_out(Setting()), *_anchored(Setting())]


def _counted(setting: Setting) -> dict[str, Any]:
    record = {"messages": [each.envelope for each in setting.case.messages], "decisions": setting.case.decisions}
    return plain({**setting.everything(), "record": record})


def _off_the_roster(setting: Setting) -> list[Vector]:
    """The head still names Fay, who released a letter; the newest roster does not. Finn takes her off the case."""
    world = setting.case
    world.decisions.append(setting.release)
    setting.agency.issue(NOW)
    world.renew(setting.finn)
    setting.agency.dismiss(setting.fay)
    setting.agency.issue(NOW)
    held = setting.everything()
    counted = success("what counts only by somebody off the roster", "scene.counted", **_counted(setting))
    mistaken = known("mistakes of our own", "scene.mistakes", ["mistake", "mistake"], **_counted(setting))
    payload, filled = world.prepare(world.documents, facilitators=[setting.finn])
    lists: dict[str, Any] = {"facilitators": world.lists.facilitators, "members": dict(world.lists.members)}
    given = {name: held[name] for name in ("documents", "kept")}
    release = read(setting.release, "decision").hash

    def step(documents: list[Any], after: dict[str, Any]) -> dict[str, Any]:
        changed = case.relist(payload, kept.document_hash(after["facilitators"]))
        admitted = case.admit(changed, members.hashes(documents))
        return plain(setting.step(admitted, [setting.finn], after_documents=documents, after_kept=after, **given))

    without = [each for each in (lists["facilitators"] or {})["hashes"] if each != release]
    nothing = [{**each, "kept": None} if each.get("participant_id") == setting.hana.id else each for each in filled]
    no_list = {**lists, "members": {**lists["members"], setting.hana.id: None}}
    return [
        counted,
        mistaken,
        success("lists with what is doubtful", "scene.step", **step(filled, lists)),
        success("lists without it", "scene.step", **step(filled, {**lists, "facilitators": kept.build(without)})),
        refuse("a writer's list without their letter", "scene.step", "kept-mismatch", **step(nothing, no_list)),
    ]


def _dated_back(setting: Setting) -> Vector:
    """Fay is off the case. Afterwards she signs a release of a letter that she had not decided about."""
    world, fay = setting.case, setting.fay
    world.decisions.append(setting.release)
    late = world.write(setting.hana, [setting.rob], "Something else.")
    world.step(world.documents, facilitators=[setting.finn], signers=[fay])
    world.decisions.append(forged(setting.release, "decision", fay, message_hash=late.statement.hash, note_hash=None))
    return success("a release that was dated back", "scene.counted", **_counted(setting))


def _left_out(setting: Setting) -> list[Vector]:
    """Hana is off the case, and a colleague has left her letter, which Finn released, out of Rob's list."""
    world, finn = setting.case, setting.finn
    world.decisions.append(forged(setting.release, "decision", finn))
    payload, filled = world.prepare([each for each in world.documents if each.get("participant_id") != setting.hana.id])
    documents = [{**each, "kept": None} if each.get("participant_id") == setting.rob.id else each for each in filled]
    step: Envelope = case.sign(case.admit(payload, members.hashes(documents)), finn.sign_seed)
    world.envelopes.append(step)
    world.documents = documents
    lists = {**world.lists.members, setting.rob.id: None}
    inputs = {**_counted(setting), "kept": {"facilitators": world.lists.facilitators, "members": lists}}
    return [success("a release of what was left out of a list", "scene.counted", **plain(inputs))]


def _anchored(setting: Setting) -> list[Vector]:
    """The newest roster anchors the case; then its facilitators change, under that roster and under the next one."""
    world = setting.case
    setting.agency.issue(NOW)
    world.renew(setting.fay)
    old = world.anchored
    world.step(world.documents, facilitators=[setting.fay])
    found = [success("a change that no roster is to anchor yet", "scene.head", **_head(setting))]
    world.anchored = old
    setting.agency.issue(NOW)
    return [*found, success("a change that the newest roster should have anchored", "scene.head", **_head(setting))]


def _head(setting: Setting) -> dict[str, Any]:
    return plain({"trust": setting.trust(), "case": setting.history()})
