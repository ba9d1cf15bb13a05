"""Vectors of what counts and is kept when a case changes, and of the anchors that hold it fast."""

from typing import Any, Final

from mediation.protocol import case, kept, members
from tests.protocol.forging import read
from tests.protocol.scene_parts import joiner_out
from tests.protocol.world import NOW, person
from tests.protocol.world_case import document
from tests.vectors.builder import Vector, digest, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Kept lists, admissions, and the newest roster's anchors."


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("kept"):
        setting = Setting()
        return [*_lists(setting), *_later(setting)]


def _head(setting: Setting, trust: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return plain({"trust": trust or setting.trust(), "case": setting.history(**changes)})


def _lists(setting: Setting) -> list[Vector]:
    """What counts, and a step that changes facilitators or admits somebody."""
    world = setting.case
    world.decisions.append(setting.release)
    record = {"messages": [each.envelope for each in world.messages], "decisions": world.decisions}
    counted = success("what counts", "scene.counted", **plain({**setting.everything(), "record": record}))
    joiner = world.join(person("Sam"), "person_harmed", "supporter")
    filled = members.fill([*(each for each in world.documents if "side" in each), document(joiner)])
    admitted = case.admit(world.renewed(), members.hashes(filled))
    lists: dict[str, Any] = {"facilitators": None, "members": {}}
    after = {"after_documents": filled, "after_kept": lists}
    admission = setting.step(admitted, [setting.fay], **after, joiners=[joiner_out(joiner)])
    unlisted = kept.build([setting.letter.statement.hash])
    changed = case.relist(admitted, kept.document_hash(unlisted))
    return [
        counted,
        success("an admission", "scene.step", **plain(admission)),
        refuse("an admission without a join", "scene.step", "not-joined", **plain({**admission, "joiners": []})),
        refuse(
            "an admission that leaves a member unopened",
            "scene.step",
            "member-unopened",
            **plain({**admission, "after_documents": filled[1:]}),
        ),
        refuse(
            "a list changed in an admission",
            "scene.step",
            "kept-changed",
            **plain(
                setting.step(
                    changed, [setting.fay], after_documents=filled, after_kept={**lists, "facilitators": unlisted}
                )
            ),
        ),
        *_restaffing(setting),
    ]


def _restaffing(setting: Setting) -> list[Vector]:
    world = setting.case
    held = setting.everything()
    payload, filled = world.prepare(world.documents, facilitators=[setting.finn, setting.flo])
    exact: dict[str, Any] = {"facilitators": world.lists.facilitators, "members": dict(world.lists.members)}
    given = {name: held[name] for name in ("documents", "kept")}

    def inputs(facilitators: Any, **more: Any) -> dict[str, Any]:
        lists = {**exact, "facilitators": facilitators}
        changed = case.relist(payload, kept.document_hash(facilitators))
        return plain(setting.step(changed, [setting.fay], after_documents=filled, after_kept=lists, **given, **more))

    right = exact["facilitators"]["hashes"]
    step = [
        success("a change of facilitators with exact lists", "scene.step", **inputs(exact["facilitators"])),
        refuse("a list that leaves out", "scene.step", "kept-mismatch", **inputs(kept.build(right[1:]))),
        refuse("a list that adds", "scene.step", "kept-mismatch", **inputs(kept.build([*right, digest("more")]))),
        refuse("no list", "scene.step", "kept-mismatch", **inputs(None)),
        refuse(
            "another list than the one signed",
            "scene.step",
            "kept-document-wrong",
            **{**inputs(exact["facilitators"]), "after_kept": plain({**exact, "facilitators": kept.build(right)})},
        ),
    ]
    world.take(payload, [setting.fay])
    world.documents, world.anchored = filled, world.chain().hash
    return step


def _later(setting: Setting) -> list[Vector]:
    """Fay is off the case; the next roster anchors that; then the signer of the head leaves the agency."""
    agency, world = setting.agency, setting.case
    before = list(world.envelopes[:-1])
    fork = case.sign(
        {**world.renewed(), "prev": read(before[-1], "case").hash, "seq": 3, **_of(before[-1])}, setting.fay.sign_seed
    )
    agency.issue(NOW)
    proof = world.proof() or {}
    anchored = [
        success("an older case with its anchor", "scene.head", **_head(setting)),
        refuse("an older case without its anchor", "scene.head", "anchor-missing", **_head(setting, anchor=None)),
        refuse(
            "an anchor of something else",
            "scene.head",
            "anchor-wrong",
            **_head(setting, anchor={**proof, "hash": digest("another")}),
        ),
        refuse(
            "an anchor in another place", "scene.head", "anchor-wrong", **_head(setting, anchor={**proof, "index": 1})
        ),
        refuse("an anchor of another form", "scene.head", "missing-field", **_head(setting, anchor={})),
        refuse(
            "a fork by somebody who was taken off the case",
            "scene.head",
            "anchor-not-in-chain",
            **_head(setting, statements=[*before, fork]),
        ),
        refuse(
            "a chain that was not continued", "scene.head", "anchor-not-in-chain", **_head(setting, statements=before)
        ),
    ]
    agency.dismiss(setting.fay)
    agency.issue(NOW)
    return [*anchored, success("a head whose signer left lapses", "scene.head", **_head(setting))]


def _of(envelope: object) -> dict[str, Any]:
    """The staff of an earlier statement, and what goes with it."""
    payload = read(envelope, "case").payload
    return {
        name: payload[name] for name in ("epoch", "epoch_pk", "facilitators", "approvals_required", "members", "kept")
    }
