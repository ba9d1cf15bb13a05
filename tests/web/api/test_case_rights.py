"""Every route about a case, for everybody, with an object of that case: the right answer, or none at all.

Each row says what one kind of person gets. Those of another case get 404, as if the object did not exist.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from mediation.cases.models import CaseStatement
from mediation.messages.models import Decision, Task
from mediation.protocol import case
from mediation.protocol.decision_signing import Choice
from tests.agency_site import Browser
from tests.cases.counter import Counter, decision_body, message_body, serve
from tests.cases.fixtures import Desk
from tests.cases.served import Served, message_id
from tests.protocol.world import Person, person

PEOPLE: Final = ("fay", "flo", "sue", "ada", "rhys", "kim", "waiting", "nobody")

STAFF: Final = {"rhys": 403, "kim": 403, "waiting": 403, "nobody": 401}
FACILITATOR: Final = {**STAFF, "flo": 404, "sue": 403, "ada": 403}
OVERSEER: Final = {**STAFF, "flo": 404, "sue": 200, "ada": 200}
STAND_IN: Final = {**STAFF, "flo": 404, "sue": 403}
PARTICIPANT: Final = {"fay": 403, "flo": 403, "sue": 403, "ada": 403, "waiting": 403, "nobody": 401}

TABLE: Final[list[tuple[str, str, str, dict[str, int]]]] = [
    # method, path, body, who gets what
    ("GET", "/cases/{case}", "", {**OVERSEER, "fay": 200}),
    ("GET", "/cases/{case}/messages", "", {**OVERSEER, "fay": 200}),
    ("GET", "/messages/{message}", "", {**OVERSEER, "fay": 200}),
    ("POST", "/cases/{case}/statements", "step", {**STAND_IN, "ada": 403, "fay": 201}),
    ("POST", "/cases/{case}/statements/{statement}/signatures", "signature", {**STAND_IN, "ada": 200, "fay": 200}),
    ("DELETE", "/cases/{case}/statements/{statement}", "", {**STAND_IN, "ada": 409, "fay": 409}),
    ("PUT", "/cases/{case}/participants/{rhys}/standing", "standing", {**FACILITATOR, "fay": 200}),
    ("POST", "/cases/{case}/participants/{rhys}/acknowledgement", "empty", {**FACILITATOR, "fay": 409}),
    ("PUT", "/cases/{case}/participants/{rhys}/contact", "contact", {**FACILITATOR, "fay": 200}),
    ("PUT", "/cases/{case}/participants/{kim}/standing", "standing", {**FACILITATOR, "fay": 404}),
    ("PUT", "/cases/{case}/participants/{kim}/contact", "contact", {**FACILITATOR, "fay": 404}),
    ("POST", "/cases/{case}/participants/{kim}/acknowledgement", "empty", {**FACILITATOR, "fay": 404}),
    ("POST", "/cases/{case}/participants/{rhys}/contact/code", "empty", {**FACILITATOR, "fay": 422}),
    ("POST", "/cases/{case}/participants/{rhys}/contact/confirmation", "code", {**FACILITATOR, "fay": 422}),
    ("POST", "/cases/{case}/participants/{kim}/contact/code", "empty", {**FACILITATOR, "fay": 404}),
    ("POST", "/cases/{case}/participants/{kim}/contact/confirmation", "code", {**FACILITATOR, "fay": 404}),
    ("PUT", "/messages/{message}/hold", "empty", {**FACILITATOR, "fay": 200}),
    ("DELETE", "/messages/{message}/hold", "", {**FACILITATOR, "fay": 204}),
    ("POST", "/messages/{message}/wraps", "wrap", {**FACILITATOR, "fay": 201}),
    ("POST", "/messages/{message}/decisions", "decision", {**FACILITATOR, "fay": 201}),
    ("PUT", "/messages/{released}/recipients/{rhys}/choice", "any choice", {**FACILITATOR, "fay": 409}),
    ("POST", "/decisions/{decision}/signatures", "decision signature", {**FACILITATOR, "fay": 200}),
    ("DELETE", "/decisions/{decision}", "", {**FACILITATOR, "fay": 409}),
    ("PUT", "/decisions/{decision}/note", "note", {**FACILITATOR, "fay": 422}),
    ("POST", "/tasks/{task}/done", "empty", {**FACILITATOR, "fay": 204}),
    (
        "POST",
        "/messages/{message}/withdrawal",
        "empty",
        {"fay": 403, "flo": 404, "sue": 403, "ada": 403, "rhys": 404, "kim": 404, "waiting": 403, "nobody": 401},
    ),
    (
        "POST",
        "/messages",
        "message",
        {"fay": 403, "flo": 404, "sue": 403, "ada": 403, "rhys": 403, "kim": 404, "waiting": 403, "nobody": 401},
    ),
    (
        "POST",
        "/consents",
        "consent",
        {"fay": 200, "flo": 404, "sue": 403, "ada": 403, "rhys": 404, "kim": 404, "waiting": 403, "nobody": 401},
    ),
    ("PUT", "/letters/{released}/choice", "choice", {**PARTICIPANT, "rhys": 200, "kim": 404}),
    ("POST", "/letters/{released}/opening", "opening", {**PARTICIPANT, "rhys": 200, "kim": 404}),
    ("PUT", "/letters/{message}/choice", "choice", {**PARTICIPANT, "rhys": 404, "kim": 404}),
    ("POST", "/letters/{message}/opening", "opening", {**PARTICIPANT, "rhys": 404, "kim": 404}),
    ("GET", "/letters", "", {**PARTICIPANT, "rhys": 200, "kim": 200}),
    ("GET", "/contact", "", {**PARTICIPANT, "rhys": 200, "kim": 200}),
    ("PUT", "/contact", "contact", {**PARTICIPANT, "rhys": 200, "kim": 200}),
    ("POST", "/contact/code", "empty", {**PARTICIPANT, "rhys": 422, "kim": 422}),
    ("POST", "/contact/confirmation", "code", {**PARTICIPANT, "rhys": 422, "kim": 422}),
    ("PUT", "/standing", "standing", {**PARTICIPANT, "rhys": 200, "kim": 200}),
    ("GET", "/membership", "", {**PARTICIPANT, "rhys": 200, "kim": 200, "waiting": 200}),
    ("GET", "/queue", "", {**STAFF, "fay": 200, "flo": 200, "sue": 200, "ada": 403}),
    ("GET", "/cases", "", {**STAFF, "fay": 200, "flo": 200, "sue": 200, "ada": 200}),
]


@pytest.fixture
def scene(desk: Desk) -> Iterator["Scene"]:
    """The desk with a letter in review and one released, a second case with a member, and somebody who waits."""
    with serve(desk) as counter:
        yield Scene(counter)


class Scene:
    """The people, the ids in the paths and the bodies of the table."""

    def __init__(self, counter: Counter) -> None:
        desk, self.counter = counter.desk, counter
        agency = desk.office.agency
        other = Served.start(desk.office, [agency.people["flo"]])
        kim, waiting = other.welcome(person("Kim")), person("Lou")
        desk.case.join(waiting)
        desk.case.admitting = None
        self.people: dict[str, Person | None] = {"kim": kim, "waiting": waiting, "rhys": desk.rhys, "nobody": None}
        self.people |= {name: agency.people[name] for name in ("fay", "flo", "sue", "ada")}
        sealed, released = desk.case.write(desk.hana, [desk.rhys]), desk.case.write(desk.hana, [desk.rhys])
        desk.case.release(released, desk.rhys)
        desk.case.write(desk.hana, [], kind="private")
        (decision,), (task,) = desk.office.rows(Decision), desk.office.rows(Task)
        head = desk.office.rows(CaseStatement, hash=desk.case.row.head_hash)[0]
        self.ids = {
            "case": desk.case.case_id,
            "statement": head.hash,
            "message": message_id(sealed),
            "released": message_id(released),
            "decision": decision.hash,
            "task": task.task_id,
            "rhys": desk.rhys.id,
            "kim": kim.id,
        }
        self.bodies = self._bodies(desk, sealed, head, decision)

    def _bodies(self, desk: Desk, sealed: Any, head: CaseStatement, decision: Decision) -> dict[str, Any]:
        choice = Choice("return")
        given = desk.case.proposed(desk.case.propose(sealed, choice), sealed, choice)
        wrap = {"box_kid": desk.hana.box_kid, "seal": message_body(sealed)["wraps"][0]["seal"]}
        kept: dict[str, Any] = {"facilitators": None, "members": {}}
        step: dict[str, Any] = {"seals": [], "previous_secret": None, "documents": [], "admits": None, "kept": kept}
        return {
            "": None,
            "empty": {},
            "step": {**step, "case": case.sign(desk.case.renewed(), desk.fay.sign_seed)},
            "signature": {"case": head.envelope},
            "standing": {"standing": "paused"},
            "contact": {"channel": "call", "number": None, "wording": "update"},
            "code": {"code": "123456"},
            "wrap": wrap,
            "decision": decision_body(given),
            "decision signature": {"decision": decision.envelope, "wrap": None},
            "note": {"recipient": "AA"},
            "any choice": {"choice": "opened", "tell": False},
            "choice": {"choice": "kept", "tell": False},
            "opening": {"tell": False},
            "message": message_body(sealed),
            "consent": {"consent": desk.case.consents[desk.hana.id][-1]},
        }

    def browser(self, name: str) -> Browser:
        return self.counter.browser(self.people[name])


def test_every_row_says_what_everybody_gets() -> None:
    assert all(set(who) == set(PEOPLE) for _, _, _, who in TABLE), [
        row[:2] for row in TABLE if set(row[3]) != set(PEOPLE)
    ]


@pytest.mark.parametrize(("method", "path", "body", "expected"), TABLE, ids=lambda value: str(value)[:60])
def test_everybody_gets_what_is_theirs_and_nothing_else(
    scene: Scene, method: str, path: str, body: str, expected: dict[str, int]
) -> None:
    for name in sorted(PEOPLE, key=lambda each: expected[each] < 300):  # refusals first: they change nothing
        answer = scene.browser(name).send(method, path.format(**scene.ids), scene.bodies[body])
        assert answer.status_code == expected[name], (name, answer.status_code, answer.json)
        if answer.status_code >= 400:
            assert set(answer.json or {}) >= {"code", "message"}


@pytest.mark.parametrize(("method", "path", "body", "expected"), [row for row in TABLE if "{" in row[1]], ids=str)
def test_what_does_not_exist_is_not_found(
    scene: Scene, method: str, path: str, body: str, expected: dict[str, int]
) -> None:
    name = "fay" if expected["fay"] != 403 else "rhys"
    for key in [each for each in scene.ids if f"{{{each}}}" in path]:
        for wrong in ("A" * len(scene.ids[key]), "x", "A" * 21 + "B"):
            address = path.format(**{**scene.ids, key: wrong})
            answer = scene.browser(name).send(method, address, scene.bodies[body])
            assert (answer.status_code, (answer.json or {}).get("code")) == (404, "not-found"), address
