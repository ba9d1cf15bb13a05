"""A facilitator's browser makes a transcript; the file that is saved is checked on the command line, and printed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from mediation.cli import main
from mediation.client import trust
from mediation.protocol.encoding import b64
from tests.browser.agency import Agency, Shared
from tests.browser.axe import Axe
from tests.browser.people import Colleague

LETTER, ANSWER, RETURNED = "The shed was my father’s.", "I did not know that.\n\nI am sorry.", "Let me just say this."
NOTE = "It speaks of the fire."
NAMES = "Print the names from our notes"


def saved(fiona: Colleague, choice: str, file: Path) -> dict[str, Any]:
    """Makes it, saves it; what stands in it."""
    fiona.ticks(choice)
    fiona.presses("Make it")
    fiona.heading("The transcript is ready")
    with fiona.page.expect_download() as download:
        fiona.follows("Save the file")
    download.value.save_as(file)
    assert re.fullmatch(r"transcript-BR-\d+-(letters|person)-20\d\d-\d\d-\d\d\.json", download.value.suggested_filename)
    return dict(json.loads(file.read_text("utf-8")))


def corresponded(agency: Agency) -> Shared:
    """A case in which letters were passed on both ways, and one was returned."""
    shared = agency.open_case()
    letter = shared.passed_on(LETTER, note=NOTE)
    shared.marion.client.open(letter)
    answer = shared.marion.client.write([shared.callum.id], ANSWER, answers=letter)
    shared.case.letters.release(answer, shared.callum.id)
    shared.case.letters.send_back(shared.callum.client.write([shared.marion.id], RETURNED), "Some words first.")
    shared.marion.client.private("May I ask something?")
    return shared


def test_a_transcript_is_made_saved_checked_and_printed(
    agency: Agency, fiona: Colleague, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared, file = corresponded(agency), tmp_path / "transcript.json"
    me = agency.fiona.desk.me
    (key,) = trust.load(me).authority.agency.newest.payload["log_vkeys"]
    verify = ["transcript", "verify", str(file), "--key", key, f"--root={b64(me.keys.root_pk)}", "--json"]
    fiona.visits(f"/cases/{shared.case_id}")
    fiona.follows("Make a transcript for a court or an access request")
    fiona.sees("Whoever gets the file can read it.")
    axe = Axe(fiona.page)
    axe.refused("Make it", "what shall be in it")

    given = saved(fiona, "The letters that were passed on", file)
    assert main(verify) == 0, capsys.readouterr().out
    told = json.loads(capsys.readouterr().out)
    assert (told["letters"], told["releases"], told["kind"]) == (2, 2, "letters")
    assert {each["content"]["text"] for each in given["letters"]} == {LETTER, ANSWER}
    paper = fiona.page.get_by_role("article", name="The letters that were passed on in case")
    expect(paper).to_contain_text("From the person responsible")
    expect(paper).to_contain_text("Passed on to the person harmed on")
    expect(paper).to_contain_text(f"“{NOTE}”")
    expect(paper).not_to_contain_text(RETURNED)
    expect(paper).not_to_contain_text("Marion")
    axe.look("the transcript")
    fiona.ticks(NAMES)
    expect(paper).to_contain_text("Marion Ellery (the person harmed)")
    fiona.page.emulate_media(media="print")
    expect(paper).to_contain_text("How this can be checked")
    for hidden in (fiona.page.get_by_role("button", name="Print"), fiona.page.get_by_label(NAMES)):
        expect(hidden).to_be_hidden()
    assert fiona.page.pdf().startswith(b"%PDF")
    fiona.page.screenshot(path=tmp_path / "paper.png", full_page=True)
    fiona.page.emulate_media(media="screen")

    fiona.visits(f"/cases/{shared.case_id}/transcript")
    given = saved(fiona, "What concerns Callum Ferris", file)
    assert main(verify) == 0, capsys.readouterr().out
    assert json.loads(capsys.readouterr().out)["about"] == shared.callum.id
    assert {each["content"]["text"] for each in given["letters"]} == {LETTER, ANSWER, RETURNED}
    expect(fiona.page.locator("#letters")).to_contain_text("It was not passed on to anybody.")
    expect(fiona.page.locator("#letters")).not_to_contain_text(NOTE)
    assert axe.found == []


def test_what_does_not_check_out_is_not_made(agency: Agency, fiona: Colleague) -> None:
    """A server that leaves an event's proof wrong gets no file made of it."""
    shared = corresponded(agency)

    def tampered(route: Any) -> None:
        answer = route.fetch()
        body = answer.json() if answer.ok else {}
        if body.get("events"):
            body["events"][0]["proof"] = body["events"][1]["proof"]
        route.fulfill(response=answer, json=body) if answer.ok else route.fulfill(response=answer)

    fiona.page.route("**/exports/*", tampered)
    fiona.visits(f"/cases/{shared.case_id}/transcript")
    fiona.ticks("The letters that were passed on")
    fiona.presses("Make it")
    fiona.sees("bad-proof")
    expect(fiona.page.locator("#made")).to_be_hidden()
