"""`mediation transcript verify`, as somebody types it years later: what it says, and the exit status for scripts."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from mediation.cli import main
from mediation.protocol.encoding import b64, canonical
from mediation.protocol.primitives import random_bytes, sign_public_key
from tests.transcripts.scene import Document, Scene

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(scene: Scene, tmp_path: Path) -> Path:
    return saved(tmp_path, scene.letters)


def saved(directory: Path, document: Document) -> Path:
    made = directory / "transcript.json"
    made.write_bytes(canonical(document))
    return made


def test_a_good_one_is_said_to_be_and_what_it_does_not_prove(scene: Scene, file: Path, capsys: Capture) -> None:
    command = ["transcript", "verify", str(file), "--key", scene.key]
    assert main([*command, f"--root={b64(scene.root)}"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("good\n")
    assert "3 letters and 4 releases" in said and "What it does not prove:" in said
    assert "It was made by Fay, and that was recorded at 20" in said
    assert "root key" not in said and "no witness was asked for" in said
    assert main(command) == 0
    assert f"{b64(scene.root)} is the agency's root key: ask" in capsys.readouterr().out


def test_of_one_person_it_does_not_say_that_all_is_there(scene: Scene, tmp_path: Path, capsys: Capture) -> None:
    assert main(["transcript", "verify", str(saved(tmp_path, scene.person)), "--key", scene.key]) == 0
    said = capsys.readouterr().out
    assert "No event that this person caused" in said and "That every letter which concerns this person is here" in said


def test_programs_are_told_the_same(scene: Scene, file: Path, capsys: Capture) -> None:
    assert main(["transcript", "verify", str(file), "--key", scene.key, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = {"good": True, "kind": "letters", "about": None, "agency": "Bridgeway", "letters": 3, "releases": 4}
    assert expected.items() <= found.items()
    assert found["findings"] == [] and found["root_given"] is False and found["witnessed"] == 0
    assert found["case"] == scene.world.case_id and found["events"] == len(scene.letters["events"])


def test_tampering_is_answered_with_one(scene: Scene, tmp_path: Path, capsys: Capture) -> None:
    document = deepcopy(scene.letters)
    document["events"].pop()
    command = ["transcript", "verify", str(saved(tmp_path, document)), "--key", scene.key]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "(not-closed)" in said and said.splitlines()[-1].startswith("TAMPERED WITH")
    assert main([*command, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["good"] and [each["code"] for each in found["findings"]] == ["not-closed"]


def test_what_cannot_be_checked_is_said_and_answered_with_two(scene: Scene, file: Path, capsys: Capture) -> None:
    good, torn = str(file), str(file.with_name("torn"))
    Path(torn).write_bytes(file.read_bytes()[:-5])
    for arguments, code in (
        (["nothing", "--key", scene.key], "transcript-missing"),
        ([torn, "--key", scene.key], "transcript-not-canonical"),
        ([good, "--key", "no key"], "bad-argument"),
        ([good, "--key", scene.key, "--witness", "no key"], "bad-argument"),
        ([good, "--key", scene.key, "--root", "AAAA"], "bad-argument"),
    ):
        assert main(["transcript", "verify", *arguments]) == 2
        said = capsys.readouterr()
        assert said.err.count("\n") == 1 and not said.out
        assert main(["transcript", "verify", *arguments, "--json"]) == 2
        assert json.loads(capsys.readouterr().out).items() >= {"good": None, "code": code}.items()


def test_a_root_key_may_begin_with_a_hyphen(scene: Scene, file: Path, capsys: Capture) -> None:
    """One in sixty-four does."""
    while not (root := b64(sign_public_key(random_bytes(32)))).startswith("-"):
        pass
    assert main(["transcript", "verify", str(file), "--key", scene.key, f"--root={root}"]) == 1
    assert "(unknown-signer)" in capsys.readouterr().out


def test_a_first_reader_is_helped(capsys: Capture) -> None:
    for arguments in (["transcript", "--help"], ["transcript", "verify", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "needs no server and no database" in said and "0 good, 1 tampering found, 2 could not check" in said
