"""The specification names every refusal, and its examples are those of the vectors."""

import json
import re
from pathlib import Path
from typing import Any

import mediation.protocol
from mediation.protocol import kept, members
from mediation.protocol.case import case_id
from mediation.protocol.encoding import canonical
from mediation.protocol.envelope import parse
from mediation.protocol.errors import CODES

TEXT = Path(mediation.protocol.__file__).with_name("SPECIFICATION.md").read_text(encoding="utf-8")
FOLDER = Path(__file__).parent.parent / "vectors"


def inputs(module: str, name: str) -> dict[str, Any]:
    vectors = json.loads((FOLDER / f"{module}.json").read_text(encoding="utf-8"))["vectors"]
    found: dict[str, Any] = next(each["inputs"] for each in vectors if each["name"] == name)
    return found


def joined() -> str:
    """The specification with the lines of its examples put together."""
    return re.sub(r"\n {4}", "", TEXT)


def test_every_code_is_specified() -> None:
    assert [code for code in CODES if f"`{code}`" not in TEXT] == []


def test_the_case_s_id_is_the_one_of_the_vectors() -> None:
    statement = parse(inputs("case", "a head, now")["case"]["statements"][0], "case")
    nonce = inputs("case", "a head, now")["case"]["nonce_hex"]
    creator = statement.envelope["signatures"][0]["keyid"]
    assert all(each in TEXT for each in (nonce, creator, statement.payload["case_id"]))
    assert case_id(creator, bytes.fromhex(nonce)) == statement.payload["case_id"]


def test_the_documents_are_those_of_the_vectors() -> None:
    member = inputs("members", "all members")["documents"][0]
    assert canonical(member).decode() in joined()
    assert members.document_hash(member) in TEXT
    listed = inputs("kept", "a change of facilitators with exact lists")["after_kept"]["facilitators"]
    assert canonical(listed).decode() in joined()
    assert str(kept.document_hash(listed)) in TEXT


def test_message_and_decision_are_those_of_the_vectors() -> None:
    message = parse(inputs("letters", "a letter handed in")["message"], "message")
    assert message.payload_bytes.decode() in joined()
    decision = parse(inputs("decisions", "a letter offered and opened")["decision"], "decision")
    assert decision.payload_bytes.decode() in joined()
