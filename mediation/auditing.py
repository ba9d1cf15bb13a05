"""`mediation audit …`: export the audit log, check it, be a witness, open a further log after a restored backup.

Exit status, for scripts: 0 good, 1 tampering found, 2 could not check (or could not do it).
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mediation import erasing, verification
from mediation.verification import Progress, findings_of, print_findings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mediation.ledger.trail import Room

HELP: Final = "Export and check the audit trail."
GOOD, TAMPERED, COULD_NOT = 0, 1, 2
SIGNED_WITHIN: Final = 10.0
AGAIN_AFTER: Final = 0.2
"""Seconds that an export waits for the log's signature, and between two looks."""


def add_parsers(parser: argparse.ArgumentParser) -> None:
    """What can be asked for, and how."""
    commands = parser.add_subparsers(dest="audit", required=True, metavar="command")
    for name, (_, add) in COMMANDS.items():
        text = (add.__doc__ or "").strip()
        command = commands.add_parser(name, help=text.split(":")[0], description=text)
        add(command)
        command.add_argument("--json", action="store_true", help="say it as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Do it; what an operator can mend is said in a sentence, and answered with 2."""
    from mediation.ledger.state import LedgerError
    from mediation.ledger.verifying import CannotCheckError

    try:
        return COMMANDS[chosen.audit][0](chosen)
    except (LedgerError, CannotCheckError) as error:
        if chosen.json:
            code = error.code if isinstance(error, LedgerError) else "cannot-check"
            print(json.dumps({"good": None, "code": code, "text": str(error)}))
        else:
            print(error, file=sys.stderr)
        return COULD_NOT


def _tell(chosen: argparse.Namespace, facts: dict[str, Any], *lines: str) -> None:
    """What was done, for programs or for people; at once, since a witness goes on."""
    print(json.dumps(facts) if chosen.json else "\n".join(lines), flush=True)


def _add_export(parser: argparse.ArgumentParser) -> None:
    """Write an export that can be checked without this server: the export itself is recorded first."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--case", metavar="ID", help="what is recorded of one case, for a court or an access request")
    what.add_argument("--all", action="store_true", help="the whole log")
    parser.add_argument("file", type=Path, metavar="FILE.zip", help="a new file")


def _export(chosen: argparse.Namespace) -> int:
    from mediation.db import check_schema, engine_from, reading, writing
    from mediation.ledger import exporting
    from mediation.ledger.state import LedgerError
    from mediation.settings import read

    if chosen.file.exists():
        raise LedgerError("file-exists", f"{chosen.file} is there already; exports never replace a file.")
    engine = engine_from(read())
    try:
        check_schema(engine)
        with writing(engine) as session:
            event_id = exporting.announce(session, chosen.case, _now())
            session.commit()
        _sign_up_to(engine, event_id)
        with reading(engine) as session:
            size = exporting.write(session, chosen.file, chosen.case, Progress("written"))
    finally:
        engine.dispose()
    facts = {"file": str(chosen.file), "case": chosen.case, "size": size}
    _tell(chosen, facts, f"{chosen.file}: under a head of {size} entries")
    return GOOD


def _sign_up_to(engine: "Engine", event_id: str) -> None:
    """Have the log signed with this event in it. A worker may be at it at the same time, which is waited for."""
    from mediation.db import reading
    from mediation.ledger.exporting import announced
    from mediation.ledger.state import LedgerError
    from mediation.ledger.upkeep import Upkeep

    until = time.monotonic() + SIGNED_WITHIN
    upkeep = Upkeep(engine, _now)
    while True:
        upkeep.turn()
        with reading(engine) as session:
            if announced(session, event_id):
                return
        if time.monotonic() > until:
            text = "The audit log was not signed, so nothing was exported: see `The signer's memory` in docs/audit.md."
            raise LedgerError("not-signed-yet", text)
        time.sleep(AGAIN_AFTER)


def _add_reconcile(parser: argparse.ArgumentParser) -> None:
    """Hold the database against its log: entries, tiles and heads, and every row that an event tells of."""


def _reconcile(chosen: argparse.Namespace) -> int:
    from mediation.db import check_schema, engine_from, import_models, reading
    from mediation.ledger.reconciling import reconcile
    from mediation.ledger.state import SignerState
    from mediation.settings import read

    settings = read()
    import_models()
    engine = engine_from(settings)
    try:
        check_schema(engine)
        signed = SignerState(settings.instance).read()
        with reading(engine) as session:
            report = reconcile(session, rooms(), signed, Progress("checked"))
    finally:
        engine.dispose()
    if chosen.json:
        print(json.dumps({"good": not report.findings, "events": report.events, "findings": findings_of(report)}))
    else:
        print_findings(report)
        agrees = "DOES NOT AGREE WITH ITS LOG" if report.findings else "good"
        print(f"{agrees}: {report.events} events read")
    return TAMPERED if report.findings else GOOD


def rooms() -> "list[Room]":
    """Whoever has rows that the log tells of."""
    from mediation.accounts import reconciling as of_accounts
    from mediation.cases import reconciling as of_cases
    from mediation.messages import reconciling as of_messages
    from mediation.sms import reconciling as of_sms

    return [each.reconcile for each in (of_accounts, of_cases, of_messages, of_sms)]


def _add_new_log(parser: argparse.ArgumentParser) -> None:
    """Open a further log after an older backup was restored: its first entry names the last head that was signed."""


def _new_log(chosen: argparse.Namespace) -> int:
    from mediation.db import check_schema, engine_from, writing
    from mediation.ledger.restoring import open_next_log
    from mediation.protocol.notes import verifier_key
    from mediation.settings import read

    settings = read()
    engine = engine_from(settings)
    try:
        check_schema(engine)
        with writing(engine) as session:
            origin = open_next_log(session, _now()).origin
            session.commit()
    finally:
        engine.dispose()
    key = verifier_key(origin, settings.audit_keys[0]).text
    opened = f"{origin} is open. The agency's statement must name its key before anybody believes it:"
    _tell(chosen, {"origin": origin, "key": key}, opened, key)
    return GOOD


def _add_rotate_key(parser: argparse.ArgumentParser) -> None:
    """Record that other keys sign the log: run it whenever the keys in AUDIT_KEY have changed, after a restart.

    Nobody is left without a head to believe while old and new sign together, and the agency's statement names both.
    The steps are in docs/operations.md, `Another key for the audit log`.
    """


def _rotate_key(chosen: argparse.Namespace) -> int:
    from mediation.db import check_schema, engine_from, writing
    from mediation.ledger.rotating import rotate
    from mediation.ledger.upkeep import Upkeep
    from mediation.settings import read

    engine = engine_from(read())
    try:
        check_schema(engine)
        upkeep = Upkeep(engine, _now)
        upkeep.turn()
        with writing(engine) as session:
            keys = rotate(session, _now())
            session.commit()
        upkeep.turn()
    finally:
        engine.dispose()
    recorded = "Recorded. From now on these keys sign; the agency's statement must name each of them (log_vkeys):"
    _tell(chosen, {"keys": [each.text for each in keys]}, recorded, *(each.text for each in keys))
    return GOOD


def _add_witness(parser: argparse.ArgumentParser) -> None:
    """Be a witness of another agency's log: signs its head only if the log still begins with what was signed last.

    Prints the witness's verifier key, which the other agency puts into AUDIT_WITNESSES with the address of this server,
    and serves until it is told to stop. It needs no database and no other settings. The directory holds its key and
    what it signed last: keep it on a disk of its own, and never restore an older one.
    """
    parser.add_argument(
        "directory", type=Path, metavar="DIRECTORY", help="of this witness alone; empty at the first start"
    )
    parser.add_argument("--name", required=True, help="the witness's name, such as witness.example.org/w1")
    parser.add_argument(
        "--log",
        action="append",
        required=True,
        metavar="VKEY",
        help="a verifier key of a log to follow; may be repeated",
    )
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address to listen on (or HOST)")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8001"), help="port to listen on (or PORT)")


def _witness(chosen: argparse.Namespace) -> int:
    from mediation import log
    from mediation.protocol.notes import COSIGNATURE, verifier_key
    from mediation.witness import App, Server, witness_in

    witness, memory = witness_in(chosen.directory, chosen.name, chosen.log)
    log.configure(production=True)
    key = verifier_key(witness.name, witness.seed, COSIGNATURE).text
    _tell(chosen, {"follows": [*witness.logs], "key": key}, *(f"follows {each}" for each in witness.logs), f"key {key}")
    Server(App(witness, memory), chosen.host, chosen.port).run()
    return GOOD


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


Run = Callable[[argparse.Namespace], int]
Add = Callable[[argparse.ArgumentParser], None]
COMMANDS: Final[dict[str, tuple[Run, Add]]] = {
    "export": (_export, _add_export),
    "verify": (verification.run, verification.add),
    "reconcile": (_reconcile, _add_reconcile),
    "erase-case": (erasing.run, erasing.add),
    "new-log": (_new_log, _add_new_log),
    "rotate-key": (_rotate_key, _add_rotate_key),
    "witness": (_witness, _add_witness),
}
