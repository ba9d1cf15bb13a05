"""`mediation audit verify`: check an export without server and database, and say what was found.

Exit status: 0 good, 1 tampering found; what cannot be checked is a CannotCheckError.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mediation.ledger.verifying import Report

GOOD, TAMPERED = 0, 1
QUIET_SECONDS: Final = 2.0
"""Work that takes longer than this says how far it is."""


def add(parser: argparse.ArgumentParser) -> None:
    """Check an export: needs no server and no database, and believes nothing but the keys that you give."""
    parser.add_argument("file", type=Path, metavar="FILE.zip", help="an export")
    parser.add_argument("--key", action="append", required=True, metavar="VKEY", help="a verifier key of the log")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="a verifier key of a witness")
    parser.add_argument("--quorum", type=int, default=0, metavar="N", help="how many witnesses must have signed")
    parser.add_argument("--seen", metavar="SIZE:ROOT", help="a head that you kept: its size and root in base64")
    text = "root certificates of timestamp authorities"
    parser.add_argument("--timestamp-root", action="append", default=[], type=Path, metavar="FILE.pem", help=text)


def run(chosen: argparse.Namespace) -> int:
    """Check it; ends with 1 where it was tampered with. Raises CannotCheckError."""
    from mediation.ledger.checking import verifier_keys
    from mediation.ledger.stamp_check import roots_from
    from mediation.ledger.verifying import Trusted, verify

    trusted = Trusted(
        verifier_keys(chosen.key),
        verifier_keys(chosen.witness),
        chosen.quorum,
        _seen(chosen.seen),
        roots_from(chosen.timestamp_root),
    )
    report = verify(chosen.file, trusted, Progress("checked"))
    if chosen.json:
        print(json.dumps(_facts(report)))
    else:
        _print(report, chosen.quorum)
    return TAMPERED if report.findings else GOOD


def _facts(report: "Report") -> dict[str, Any]:
    from mediation.ledger.stamp_check import as_json

    return {
        "good": not report.findings,
        "kind": report.kind,
        "origin": report.head.origin if report.head else None,
        "size": report.head.size if report.head else None,
        "witnessed": report.witnessed,
        "timestamps": as_json(report.timestamps),
        "events": report.events,
        "findings": findings_of(report),
    }


def _print(report: "Report", quorum: int) -> None:
    from mediation.ledger.stamp_check import told, untold

    print_findings(report)
    for line in untold(report.timestamps):
        print(line)
    head = f"{report.head.origin}, {report.head.size} entries" if report.head else "no head that can be believed"
    witnessed = f", the first {report.witnessed} of them witnessed" if quorum and report.witnessed else ""
    vouched = f"{witnessed}{told(report.timestamps)}"
    print(f"{'TAMPERED WITH' if report.findings else 'good'}: {head}{vouched}, {report.events} events read")


def _seen(text: str | None) -> tuple[int, bytes] | None:
    from mediation.ledger.verifying import CannotCheckError
    from mediation.protocol.errors import ProtocolError
    from mediation.protocol.notes import decode

    if text is None:
        return None
    size, _, root = text.partition(":")
    try:
        if not size.isascii() or not size.isdigit() or len(decode(root)) != 32:
            raise CannotCheckError("--seen takes SIZE:ROOT, as in a checkpoint's second and third line.")
    except ProtocolError as error:
        raise CannotCheckError("--seen takes SIZE:ROOT, as in a checkpoint's second and third line.") from error
    return int(size), decode(root)


def findings_of(report: "Report") -> list[dict[str, Any]]:
    """What was found, for programs."""
    return [asdict(each) for each in report.findings]


def print_findings(report: "Report") -> None:
    """The same, for people."""
    for each in report.findings:
        print(each.line)


class Progress:
    """Says how far long work is, on standard error where somebody looks at it."""

    def __init__(self, done: str) -> None:
        self._done = done
        self._told = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        """So many are done, of so many."""
        if sys.stderr.isatty() and time.monotonic() - self._told > QUIET_SECONDS:
            self._told = time.monotonic()
            print(f"{done} of {of} {self._done}", file=sys.stderr)
