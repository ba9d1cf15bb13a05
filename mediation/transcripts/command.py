"""`mediation transcript verify`: check a transcript of a case, years later and anywhere.

Exit status, for scripts: 0 good, 1 tampering found, 2 could not check.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mediation.transcripts.report import TranscriptReport

HELP: Final = "Check the verified transcript of a case."
GOOD, TAMPERED, COULD_NOT = 0, 1, 2
VERIFY: Final = """Check a transcript: needs no server and no database, and believes nothing but the keys that you give.

Says what the file proves and what it does not. Exit status: 0 good, 1 tampering found, 2 could not check.
"""


def add_parsers(parser: argparse.ArgumentParser) -> None:
    """What can be asked for, and how."""
    commands = parser.add_subparsers(dest="transcript", required=True, metavar="command")
    verify = commands.add_parser("verify", help=VERIFY.split(":")[0], description=VERIFY)
    verify.add_argument("file", type=Path, metavar="FILE", help="a transcript")
    verify.add_argument("--key", action="append", required=True, metavar="VKEY", help="a verifier key of the audit log")
    root = "the agency's root key, as --root=KEY since it may begin with a hyphen; else the one in the file counts"
    verify.add_argument("--root", metavar="ROOTKEY", help=root)
    verify.add_argument("--witness", action="append", default=[], metavar="VKEY", help="a verifier key of a witness")
    verify.add_argument("--quorum", type=int, default=0, metavar="N", help="how many witnesses must have signed")
    verify.add_argument("--json", action="store_true", help="say what was found as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Do it; what cannot be checked is said in a sentence, and answered with 2."""
    from mediation.ledger.checking import CannotCheckError
    from mediation.transcripts.form import UnreadableError

    try:
        return _verify(chosen)
    except CannotCheckError as error:
        code = error.code if isinstance(error, UnreadableError) else "bad-argument"
        if chosen.json:
            print(json.dumps({"good": None, "code": code, "text": str(error)}))
        else:
            print(error, file=sys.stderr)
        return COULD_NOT


def _verify(chosen: argparse.Namespace) -> int:
    from mediation.ledger.checking import Trusted, verifier_keys
    from mediation.transcripts.form import load
    from mediation.transcripts.proving import verify

    trusted = Trusted(verifier_keys(chosen.key), verifier_keys(chosen.witness), chosen.quorum)
    report = verify(load(chosen.file), trusted, _root(chosen.root))
    if chosen.json:
        print(json.dumps(report.as_json))
    else:
        _say(report)
    return TAMPERED if report.findings else GOOD


def _root(text: str | None) -> bytes | None:
    from mediation.ledger.checking import CannotCheckError
    from mediation.protocol.encoding import unb64
    from mediation.protocol.errors import ProtocolError
    from mediation.protocol.primitives import check_sign_key

    try:
        return None if text is None else check_sign_key(unb64(text, 32))
    except ProtocolError as error:
        raise CannotCheckError("--root takes a root key: 32 bytes in base64url.") from error


def _say(report: "TranscriptReport") -> None:
    if report.findings:
        for each in report.findings:
            print(each.line)
        print("TAMPERED WITH, or not whole: believe nothing that stands in this file.")
        return
    print("good")
    print("\nWhat it proves:")
    for line in report.proved:
        print(f"  - {line}")
    print("\nWhat it does not prove:")
    for line in report.unproved:
        print(f"  - {line}")
