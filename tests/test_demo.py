"""`mediation demo`: quick to build, quicker to start again, and nothing written in it readable on the server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from mediation.client import Administrator, Facilitator, Participant, Site
from mediation.client.signing_in import SignedIn
from mediation.protocol.encoding import b64
from tests.serving import SETTINGS, serving

UNFINISHED = "demonstration.sqlite3"
READY = "/sign-in"
"""What is printed once everybody is there."""


@dataclass(frozen=True)
class Demonstration:
    """One that was built: its directory, what it noted down, and everything that it printed and logged."""

    directory: Path
    book: Mapping[str, Any]
    printed: str

    def sign_in(self, who: str) -> SignedIn:
        """Sign in with what was printed."""
        entry = next(each for each in self.book["accounts"] if each["who"] == who)
        return Site(self.book["base_url"]).sign_in(entry["sign_in_name"], entry["passphrase"])


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration, built and serving, where an earlier start was ended before it had built anything whole."""
    directory = tmp_path_factory.mktemp("demonstration")
    (directory / UNFINISHED).write_bytes(b"")
    with serving(directory, "demo", ready=READY) as server:
        book = json.loads((directory / "demo.json").read_text("utf-8"))
        yield Demonstration(directory, book, server.printed())


def test_one_that_was_never_finished_is_begun_anew(demonstration: Demonstration) -> None:
    assert len(demonstration.book["accounts"]) == 8
    assert (demonstration.directory / UNFINISHED).stat().st_size > 0


def test_everybody_can_sign_in_with_what_is_printed(demonstration: Demonstration) -> None:
    roles = [each["role"] for each in demonstration.book["accounts"]]
    assert sorted(set(roles)) == ["administrator", "auditor", "facilitator", "person_harmed", "person_responsible"]
    for entry in demonstration.book["accounts"]:
        assert entry["sign_in_name"] in demonstration.printed
        assert entry["passphrase"] in demonstration.printed
        assert demonstration.sign_in(entry["who"]).account_id


def test_the_person_harmed_finds_letters_waiting(demonstration: Demonstration) -> None:
    marion = Participant(demonstration.sign_in("Marion Ellery"))
    found = marion.letters()
    assert found.refused == []
    notes = {each.state: each.content_note for each in found.offers}
    assert set(notes) == {"opened", "offered"}
    assert notes["offered"] in demonstration.book["canaries"]
    assert [each.status for each in found.own] == ["passed_on", "returned"]
    reason = found.returned(found.own[1].message_id)
    assert reason is not None
    assert reason["suggestion"] is not None
    assert list(found.called.values()) == ["Callum"]


def test_the_person_responsible_has_an_answer_and_a_draft(demonstration: Demonstration) -> None:
    callum = Participant(demonstration.sign_in("Callum Ferris"))
    found = callum.letters()
    assert [each.state for each in found.offers] == ["opened"]
    assert [each.status for each in found.own] == ["passed_on", "passed_on", "with_facilitator"]
    assert callum.draft(str(callum.me.case_id))["text"] in demonstration.book["canaries"]


def test_the_facilitators_have_something_to_do_and_no_alarms(demonstration: Demonstration) -> None:
    fiona = Facilitator(demonstration.sign_in("Fiona Hartley"))
    joseph = Facilitator(demonstration.sign_in("Joseph Merrick"))
    assert {"review", "private", "ask-how-it-landed"} <= {each["kind"] for each in fiona.queue()}
    assert "second-approval" in {each["kind"] for each in joseph.queue()}
    for summary in fiona.cases():
        case = fiona.case(summary["case_id"])
        assert case.file().alarms == ()
        assert {each.alarms for each in case.read().messages} == {()}


def test_an_invitation_is_open(demonstration: Demonstration) -> None:
    [entry] = demonstration.book["invitations"]
    invitation = Site(demonstration.book["base_url"]).invitation(entry["code"])
    assert invitation.side == entry["role"]


def test_the_administrator_sees_the_staff(demonstration: Demonstration) -> None:
    names = {each.display_name for each in Administrator(demonstration.sign_in("Ruth Amery")).staff()}
    assert names == {"Ruth Amery", "Fiona Hartley", "Joseph Merrick", "Helen Marsh"}


def _bytes_of(file: Path) -> bytes:
    """What is in a file; nothing if it was a draft that the server's worker has just renamed."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def test_nothing_that_was_written_is_readable_on_the_server(demonstration: Demonstration) -> None:
    """Neither in any file of the server's own, nor in its output, plain or in the encodings that it uses."""
    secrets = [each["passphrase"] for each in demonstration.book["accounts"]]
    secrets += [each["code"] for each in demonstration.book["invitations"]]
    files = [each for each in demonstration.directory.rglob("*") if each.is_file() and "static" not in each.parts]
    stored = b"\n".join(_bytes_of(each) for each in files if each.name not in ("demo.json", "output"))
    assert len(demonstration.book["canaries"]) > 20
    assert b"participant_id" in stored  # it is the database that is searched
    for text in [*demonstration.book["canaries"], *secrets]:
        for form in (text.encode(), b64(text.encode()).encode(), json.dumps(text)[1:-1].encode()):
            assert form not in stored, text
    logged = "\n".join(line for line in demonstration.printed.splitlines() if not line.startswith("  "))
    for text in [*demonstration.book["canaries"], *secrets]:
        assert text not in logged


def test_its_database_agrees_with_its_audit_log(demonstration: Demonstration) -> None:
    """While it is served, and its worker goes on."""
    own = {**SETTINGS, "MEDIATION_INSTANCE": str(demonstration.directory)}
    command = [sys.executable, "-m", "mediation.cli", "audit", "reconcile", "--json"]
    ran = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, timeout=60, check=False)
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["findings"]) == (0, [])
    assert found["events"] > 100


def test_it_is_for_this_user_alone_since_it_holds_passphrases(demonstration: Demonstration) -> None:
    assert (demonstration.directory / "demo.json").stat().st_mode & 0o077 == 0


def test_the_texts_are_shown_and_say_nothing(demonstration: Demonstration) -> None:
    page = httpx.get(f"{demonstration.book['base_url']}/dev/phones")
    assert page.is_success
    assert not any(text in page.text for text in demonstration.book["canaries"] if len(text) > len("Callum Ferris"))


def test_a_second_start_takes_seconds_and_prints_the_same(tmp_path: Path, demonstration: Demonstration) -> None:
    for name in ("demo.json", "keys.json"):
        (tmp_path / name).write_bytes((demonstration.directory / name).read_bytes())
    for part in demonstration.directory.glob("demonstration.sqlite3*"):
        (tmp_path / part.name).write_bytes(part.read_bytes())
    started = time.monotonic()
    with serving(tmp_path, "demo", ready=READY) as server:
        assert time.monotonic() - started < 15
        book = json.loads((tmp_path / "demo.json").read_text("utf-8"))
    assert book == {**demonstration.book, "base_url": server.base_url}
