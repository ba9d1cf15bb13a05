"""`mediation sms …`: how texts are getting on, let a stopped sender try again, stop texts to a number, send a test.

Exit status, for scripts: 0 good, 1 something needs to be mended, 2 could not do it. No number is ever printed.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mediation.settings import Settings

HELP: Final = "See to texts: what became of them, and what keeps them."
GOOD, TO_MEND, COULD_NOT = 0, 1, 2


def add_parsers(parser: argparse.ArgumentParser) -> None:
    """What can be asked for, and how."""
    commands = parser.add_subparsers(dest="sms", required=True, metavar="command")
    for name, (_, add) in COMMANDS.items():
        text = (add.__doc__ or "").strip()
        add(commands.add_parser(name, help=text.split(":")[0], description=text))


def run(chosen: argparse.Namespace) -> int:
    """Do it; what an operator can mend is said in a sentence, and answered with 2."""
    from mediation.errors import MediationError

    try:
        return COMMANDS[chosen.sms][0](chosen)
    except MediationError as error:
        print(error.message, file=sys.stderr)
        return COULD_NOT


def _add_status(parser: argparse.ArgumentParser) -> None:
    """Say how texts are getting on: how many are in which state, what failed and why, and what keeps them.

    Ends with 1 while a sender is stopped.
    """
    parser.add_argument("--json", action="store_true", help="as JSON")


def _status(chosen: argparse.Namespace) -> int:
    from mediation.db import reading
    from mediation.sms.status import status

    with _engine() as (_, engine), reading(engine) as session:
        found = status(session)
    if chosen.json:
        print(json.dumps(found))
    else:
        _print(found)
    return TO_MEND if found["stopped"] else GOOD


def _print(found: dict[str, Any]) -> None:
    for state, number in found["states"].items():
        print(f"{number:8} {state}")
    for code, number in found["errors"].items():
        print(f"{number:8} not delivered: {code}")
    print(f"{found['numbers']:8} numbers that want no texts")
    if found["oldest"]:
        print(f"the oldest that waits has been due since {found['oldest']}")
    for each in found["paused"]:
        print(f"the sender was asked to slow down until {each}")
    for each in found["stopped"]:
        print(f"STOPPED since {each['at']}: the provider refuses us ({each['code']}). Then `mediation sms retry`.")


def _add_retry(parser: argparse.ArgumentParser) -> None:
    """Let stopped senders try again: after the provider's account or the settings were mended."""


def _retry(chosen: argparse.Namespace) -> int:
    from mediation.db import writing
    from mediation.sms import senders

    with _engine() as (_, engine), writing(engine) as session:
        count = senders.resume(session)
        session.commit()
    print(f"{count} let go")
    return GOOD


def _add_suppress(parser: argparse.ArgumentParser) -> None:
    """Stop texts to a number: what is queued for it is put away, and facilitators of whoever has it get a task."""
    parser.add_argument("number", metavar="NUMBER", help="or - to read it from standard input")
    parser.add_argument("--allow", action="store_true", help="allow texts to it again")


def _suppress(chosen: argparse.Namespace) -> int:
    from mediation.access import SYSTEM
    from mediation.db import writing
    from mediation.sms import opting

    number = _number(chosen.number)
    with _engine() as (_, engine), writing(engine) as session:
        if chosen.allow:
            count = opting.allow(session, SYSTEM, number, _now())
        else:
            count = opting.stop(session, SYSTEM, number, "operator", _now())
        session.commit()
    print(f"{'allowed' if chosen.allow else 'stopped'}; {count} people have this number")
    return GOOD


def _add_send_test(parser: argparse.ArgumentParser) -> None:
    """Send one fixed text to a number of yours: whether the provider takes it, and if not, its code."""
    parser.add_argument("number", metavar="NUMBER", help="or - to read it from standard input")


def _send_test(chosen: argparse.Namespace) -> int:
    from mediation.protocol.encoding import new_id
    from mediation.sms.answers import verdict
    from mediation.sms.providers import RefusedError, RetryLaterError, UnsureError
    from mediation.sms.wordings import TEST
    from mediation.worker import provider_of

    number = _number(chosen.number)
    with _engine() as (settings, engine):
        provider = provider_of(settings, engine)
        if provider is None or not provider.reports:
            print("No provider is set: see SMS_PROVIDER in docs/operations.md.", file=sys.stderr)
            return COULD_NOT
        try:
            print(f"taken by {settings.sms_provider} as {provider.send(number, TEST, new_id())}")
        except RefusedError as refused:
            print(f"refused by {settings.sms_provider}: {refused.code} ({verdict(refused.code)})", file=sys.stderr)
            return TO_MEND
        except (RetryLaterError, UnsureError):
            print(f"{settings.sms_provider} did not answer.", file=sys.stderr)
            return TO_MEND
    return GOOD


def _number(text: str) -> str:
    from mediation.sms.profile import parsed_number

    return parsed_number(sys.stdin.readline().strip() if text == "-" else text)


@contextmanager
def _engine() -> "Iterator[tuple[Settings, Engine]]":
    from mediation.db import check_schema, engine_from, import_models
    from mediation.settings import read

    settings = read()
    import_models()
    engine = engine_from(settings)
    try:
        check_schema(engine)
        yield settings, engine
    finally:
        engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


Run = Callable[[argparse.Namespace], int]
Add = Callable[[argparse.ArgumentParser], None]
COMMANDS: Final[dict[str, tuple[Run, Add]]] = {
    "status": (_status, _add_status),
    "retry": (_retry, _add_retry),
    "suppress": (_suppress, _add_suppress),
    "send-test": (_send_test, _add_send_test),
}
