"""How many texts one worker sends each second to a provider that takes 50 ms for each: a stand-in in the same process,
through Twilio's real client, so that what the stand-in costs counts against it.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import engine_from, import_models, insert, writing
from mediation.protocol.encoding import new_id
from mediation.sms.dispatch import dispatch
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import Contact
from tests.agency_site import settings_in
from tests.bench import stores
from tests.sms.carriers import carrier
from tests.sms.stand_in import standing_in

TEXTS: Final = 600
TAKES: Final = 0.05
AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)


def measured(directory: Path, kinds: tuple[stores.Kind, ...]) -> Iterator[dict[str, Any]]:
    """{name, database, texts, a second} for each kind of database."""
    import_models()
    for kind in kinds:
        place = directory / f"texts-{kind}"
        place.mkdir()
        settings = settings_in(place, DATABASE_URL=stores.create(kind, place, "texts"))
        engine = engine_from(settings)
        try:
            _queue(engine)
            with standing_in(delay=TAKES) as stand_in:
                provider = carrier(settings, "twilio", stand_in.url)
                began = time.perf_counter()
                sent = dispatch(engine, provider, lambda: AT, lambda: False)
                passed = time.perf_counter() - began
                assert sent == len(stand_in.taken) == TEXTS
        finally:
            engine.dispose()
        yield {"name": "texts of one worker", "database": kind, "texts": TEXTS, "a second": round(TEXTS / passed, 1)}


def _queue(engine: Engine) -> None:
    """A text to each of so many people, each in a case of their own."""
    with writing(engine) as session:
        for number in range(TEXTS):
            person, case_id = new_id(), new_id()
            contact = Contact(
                participant_id=person,
                case_id=case_id,
                channel="text",
                number=f"+4477009{number:05d}",
                wording="update",
                hours=AT_ANY_HOUR.as_json,
                recorded_at=AT,
                confirmed_at=AT,
            )
            insert(session, contact)
            ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=case_id, refs={}, at=AT)
            sms.enqueue(session, person, now=AT)
        session.commit()
