"""docs/practice.md and docs/threats.md name what is there: every file, every place in it and every test exists.

Here are also the tests of those rules of practice that pages keep by their words and their order alone, and of a claim
about threats that no other test shows.
"""

import ast
import re
from functools import cache

import pytest
from sqlalchemy import text

from mediation.protocol.encoding import b64
from mediation.settings import ROOT, Settings
from mediation.sms.wordings import WORDINGS
from mediation.web import catalogue
from tests import databases
from tests.agency_site import Site
from tests.answers import accepted

PRINCIPLES = {"safety", "voluntarism", "neutrality", "respect", "accessibility", "restoration"}
PAGES = ("practice.md", "threats.md")
REFERENCE = re.compile(r"`((?:mediation|static|templates|tests|docs)/[^`\s:]+)(?:(::?)([^`]+))?`")
"""A path; `path:name` of a function, class, constant, macro or step in it; `path::name` of a test in it."""

DEFINED = re.compile(r"\b(?:function|const|class|macro) (\w+)|\bcall step\(\"(\w+)\"")
TITLE = re.compile(r"\b(?:it|test)\(\"((?:[^\"\\]|\\.)+)\"")

FATES = re.compile(r"\b(sentenced?|release dates?|early release|parole|prison|remission|judges?)\b", re.IGNORECASE)
"""What taking part must never seem to change."""

CHANGES_NOTHING = "Taking part does not change a sentence or a release date. Not taking part does not either."
PASSPHRASE = "A sentence that only you would think of is good."

BARE_CLAIMS = re.compile(
    r"end.to.end|unbreakable|military|guarantee|100 ?%|\b(completely|totally|perfectly) (safe|secure|private)\b",
    re.IGNORECASE,
)
"""Claims that say more than is true, or that nobody can check."""

WHO_READS = re.compile(
    r"Only you, your facilitators and, once (a letter|it) (is|has been) passed on, the person it is for can read"
)


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _rows() -> list[list[str]]:
    """The cells of the table's rows: principle, rule, where, test."""
    lines = [line for line in _text("docs/practice.md").splitlines() if re.match(r"\| \w+ \| \*\*\d+\.", line)]
    return [line.strip("| ").split(" | ") for line in lines]


@cache
def _named(path: str) -> frozenset[str]:
    """What a file defines: functions, classes, constants; macros and steps of a template."""
    if not path.endswith(".py"):
        return frozenset(name for each in DEFINED.findall(_text(path)) for name in each if name)
    found: set[str] = set()
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _tests(path: str) -> frozenset[str]:
    if not path.endswith(".py"):
        return frozenset(TITLE.findall(_text(path)))
    return frozenset(name for name in _named(path) if name.startswith("test_"))


def _mistake(path: str, mark: str, name: str) -> str | None:
    """What is wrong with a reference, if anything is."""
    if not (ROOT / path).exists():
        return f"there is no {path}"
    known = _tests(path) if mark == "::" else _named(path) if mark else {name}
    return None if name in known else f"{path} has no {name}"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_place_and_test_that_is_named_exists(page: str) -> None:
    references = sorted(set(REFERENCE.findall(_text(f"docs/{page}"))))
    assert len(references) > 30
    assert [mistake for each in references if (mistake := _mistake(*each))] == []


def test_what_does_not_exist_would_be_noticed() -> None:
    assert _mistake("tests/nowhere.py", "", "") == "there is no tests/nowhere.py"
    assert _mistake("mediation/access.py", ":", "nobody") == "mediation/access.py has no nobody"
    assert _mistake("mediation/access.py", "::", "require") == "mediation/access.py has no require"
    assert _mistake("mediation/access.py", ":", "require") is None


def test_each_rule_stands_in_the_table_once_under_a_principle() -> None:
    rows = _rows()
    numbers = [int(re.findall(r"\d+", rule)[0]) for _, rule, _, _ in rows]
    assert sorted(numbers) == list(range(1, 16))
    assert {principle.lower() for principle, _, _, _ in rows} == PRINCIPLES


def test_each_rule_names_its_code_and_its_test_or_says_that_it_is_not_kept_yet() -> None:
    for _, rule, where, shown in _rows():
        if "**Not yet" in rule:
            continue
        assert REFERENCE.search(where), rule
        assert any(mark == "::" for _, mark, _ in REFERENCE.findall(shown)), rule


def _sentences() -> list[str]:
    """Every sentence that pages and texts can show."""
    forms = [[one.id] if isinstance(one.id, str) else list(one.id) for one in catalogue.known()]
    texts = [said for each in WORDINGS.values() for said in each.texts.values()]
    return [form for several in forms for form in several] + texts


def test_nothing_implies_that_taking_part_changes_a_sentence_or_a_release() -> None:
    spoken = {sentence.replace(PASSPHRASE, "") for sentence in _sentences()}
    assert [sentence for sentence in spoken if FATES.search(sentence)] == [CHANGES_NOTHING]
    for page in ("templates/anyone/about.html", "templates/anyone/join.html"):
        assert CHANGES_NOTHING in _text(page)


def test_nobody_joins_without_having_been_told_who_reads_and_when_confidentiality_ends() -> None:
    page = _text("templates/anyone/join.html")
    steps = re.findall(r"call step\(\"(\w+)\"", page)
    told = ["what", "readers", "confidentiality", "choice", "consent"]
    assert [step for step in steps if step in told] == told
    assert steps.index("consent") < steps.index("passphrase")
    for words in ("somebody may be seriously harmed", "a court orders it", "kept_for", "proof that you wrote it"):
        assert words in page, words


def test_no_sentence_claims_more_than_is_true() -> None:
    assert [sentence for sentence in _sentences() if BARE_CLAIMS.search(sentence)] == []
    for page in ("anyone/join.html", "anyone/privacy.html", "participant/write.html"):
        assert WHO_READS.search(_text(f"templates/{page}")), page


def test_a_new_case_has_a_colleague_as_cover_unless_somebody_chooses_otherwise() -> None:
    """A list without an empty choice takes its first one; "nobody" stands last."""
    assert '"items": colleagues + [{"value": "none"' in _text("templates/facilitator/case_new.html")


def test_a_stolen_database_holds_no_half_that_a_stolen_phone_could_use(site: Site, settings: Settings) -> None:
    """The half that unlocks what a phone kept is encrypted under a key that is not in the database."""
    half = bytes(range(100, 132))
    accepted(site.ada.browser.put("/session/lock-key", {"half": b64(half)}))
    with site.session() as session:
        encrypted = session.execute(text("SELECT lock_half FROM login_session")).scalar_one()
    stored = databases.contents(settings.instance)
    assert encrypted in stored  # it is the database that is searched
    assert half not in stored and b64(half).encode() not in stored
