"""The command line: `mediation run`, `worker`, `demo`, `migrate`, `check`, `rekey`, `settings`, `audit`, `transcript`,
`sms`.

What an operator can mend is said in a sentence on standard error, without a stack trace, and never with an address.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mediation import auditing, log, texting
from mediation.loading import loading
from mediation.settings import DEMONSTRATION_FILE, Settings, SettingsError, documentation, read
from mediation.transcripts import command as transcripts

DEMONSTRATION: Final = "demo.json"
RUN: Final = {"audit": auditing.run, "sms": texting.run}
"""What has commands of its own."""


_ID = re.compile(r"-[A-Za-z0-9_-]{21}")


def understood(arguments: Sequence[str]) -> list[str]:
    """The same, so that argparse takes no identifier for an option: one of 64 begins with a hyphen. As the value of an
    option it is joined to that, otherwise it stands at the end.
    """
    found: list[str] = []
    last: list[str] = []
    for each in arguments:
        if not _ID.fullmatch(each):
            found.append(each)
        elif found and found[-1].startswith("--") and "=" not in found[-1]:
            found[-1] += f"={each}"
        else:
            last.append(each)
    return [*found, "--", *last] if last else found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for a database that cannot be used, 2 for unusable settings.

    `audit`, `transcript` and `sms` have their own: there 1 says that tampering was found, or what is to be mended.
    """
    parser = argparse.ArgumentParser(prog="mediation", description="Letters through a facilitator.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__, description=command.__doc__)
    auditing.add_parsers(commands.add_parser("audit", help=auditing.HELP, description=auditing.HELP))
    transcripts.add_parsers(commands.add_parser("transcript", help=transcripts.HELP, description=transcripts.HELP))
    texting.add_parsers(commands.add_parser("sms", help=texting.HELP, description=texting.HELP))
    chosen = parser.parse_args(understood(sys.argv[1:] if arguments is None else arguments))
    if chosen.command == "transcript":
        return transcripts.run(chosen)
    try:
        if chosen.command in RUN:
            return RUN[chosen.command](chosen)
        return COMMANDS[chosen.command]()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:
        sentence = _unusable(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return auditing.COULD_NOT if chosen.command in RUN else 1


def _unusable(error: Exception) -> str | None:
    """What to say of a database that cannot be used. The driver's own words may hold its address and user."""
    from sqlalchemy.exc import DBAPIError

    from mediation.db import UNAVAILABLE, SchemaError

    if isinstance(error, SchemaError):
        return str(error)
    if isinstance(error, (DBAPIError, *UNAVAILABLE)):
        kind = type(getattr(error, "orig", None) or error).__name__
        return f"The database of DATABASE_URL cannot be reached, or refuses us ({kind})."
    return None


def run() -> int:
    """Serve on HOST:PORT, after bringing the database up to date."""
    with loading():
        settings = _ready()
        code = _set_up_code(settings)
    where = f"{settings.public_url}/set-up#{code}" if code else settings.public_url
    print(f"No agency yet. Set it up at {where}" if code else f"Serving on {where}", flush=True)
    _serve(settings)
    return 0


def worker() -> int:
    """Deliver texts, offer what has come due and forget what is over, until told to stop. For WORKER_THREAD=0."""
    found = read()
    log.configure(production=found.mode == "production")
    with loading():
        from mediation.worker import work
    work(found)
    return 0


def demo() -> int:
    """Serve a demonstration agency; prints who can sign in with what."""
    mode = {"MEDIATION_MODE": "demonstration"}
    _forget_unfinished(read({**os.environ, **mode}))
    with loading():
        settings = _ready(mode)
    command = [sys.executable, "-m", "mediation.demo", settings.public_url, str(settings.instance / DEMONSTRATION)]
    builder = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert builder.stdin is not None
    builder.stdin.write(_set_up_code(settings) or "")
    builder.stdin.close()
    _serve(settings)
    return builder.wait()


def _forget_unfinished(found: Settings) -> None:
    """Start anew where an earlier demonstration was not built to its end."""
    if not (found.instance / DEMONSTRATION).exists():
        for part in found.instance.glob(f"{DEMONSTRATION_FILE}*"):
            part.unlink()


def migrate() -> int:
    """Bring the database up to date."""
    _ready()
    print("ok")
    return 0


def check() -> int:
    """Check that settings, database and schema fit together."""
    from mediation.db import check_schema, engine_from

    engine = engine_from(read())
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    print("ok")
    return 0


def rekey() -> int:
    """Encrypt every column anew with the first FIELD_KEY; the older ones may go then."""
    from mediation.db import engine_from, reseal, writing

    with writing(engine_from(_ready())) as session:
        print(f"{reseal(session)} values")
        session.commit()
    return 0


def settings() -> int:
    """List every setting: its variable, default and meaning."""
    for variable, default, text in documentation():
        print(f"{variable}{f' [{default}]' if default else ''}\n    {text}")
    return 0


def _ready(overriding: Mapping[str, str] | None = None) -> Settings:
    from mediation.db import migrate as migrate_database

    found = read({**os.environ, **(overriding or {})})
    log.configure(production=found.mode == "production")
    migrate_database(found.database_url)
    return found


def _serve(found: Settings) -> None:
    with loading():
        from mediation.serving import serve
    serve(found)


def _set_up_code(found: Settings) -> str | None:
    """A new set-up code, or None where there is an agency."""
    from sqlalchemy import select

    from mediation.accounts import set_up_code
    from mediation.accounts.models import Agency
    from mediation.db import engine_from, reading

    engine = engine_from(found)
    with reading(engine) as session:
        agency = session.scalar(select(Agency.agency_id))
    engine.dispose()
    return None if agency is not None else set_up_code.make(found.instance)


COMMANDS: Final[dict[str, Callable[[], int]]] = {
    "run": run,
    "worker": worker,
    "demo": demo,
    "migrate": migrate,
    "check": check,
    "rekey": rekey,
    "settings": settings,
}

if __name__ == "__main__":
    sys.exit(main())
