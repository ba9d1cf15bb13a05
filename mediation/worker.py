"""What happens without a request: delivering texts, offering what has come due, forgetting what is over.

The rows are the queue; this only calls the sweeps, in a thread of the web process by default or in any number of
processes of their own (`mediation worker`). Each job has transactions of its own; one that fails is logged by the kind
of its error and tried again at its next turn.
"""

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.accounts import agency, sessions, throttle
from mediation.db import UNAVAILABLE, engine_from, import_models, reading, writing
from mediation.ledger.upkeep import Upkeep
from mediation.messages import rechecking
from mediation.messages.offering import cases_with_due, offer_in_case
from mediation.settings import Settings
from mediation.sms import codes
from mediation.sms.dispatch import dispatch
from mediation.sms.providers import ConsoleProvider, Provider
from mediation.sms.reports import ask_for_news

if TYPE_CHECKING:
    from mediation.ledger.asking import Asking
    from mediation.ledger.stamping import Stamping

log = structlog.get_logger("mediation.worker")

Sweep = Callable[[Session, datetime], object]
SWEEPS: Final[dict[str, tuple[int, Sweep]]] = {
    "sessions": (60, sessions.sweep),
    "throttle": (300, throttle.sweep),
    "contacts": (3600, rechecking.sweep),
    "codes": (3600, codes.sweep),
}
"""Name → (seconds between turns, the sweep). A sweep gets a writing session and now, and never commits."""
OFFERS_EVERY: Final = 5
TEXTS_EVERY: Final = 1
LOG_EVERY: Final = 0.3
WITNESSES_EVERY: Final = 15
TIMESTAMPS_EVERY: Final = 15
NEWS_EVERY: Final = 60
NEWS: Final = 100
"""Texts about which the provider is asked in one turn."""
WARN_EVERY: Final = timedelta(hours=1)


def utc_now() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def provider_of(settings: Settings, engine: Engine) -> Provider | None:
    """The provider that the settings name; where they name none the console, but None in production, where nothing may
    pass for sent. The clients of the real ones cost memory and time, so only a worker loads them.
    """
    if settings.sms_provider == "twilio":
        from mediation.sms.twilio_provider import TwilioProvider

        return TwilioProvider(settings)
    if settings.sms_provider == "notify":
        from mediation.sms.notify_provider import NotifyProvider

        return NotifyProvider(settings)
    if settings.mode == "production":
        return None
    return ConsoleProvider(engine, utc_now, keeps=settings.demonstration)


def _asking(settings: Settings, engine: Engine) -> "Asking | None":
    """Whoever asks the witnesses, if there are any; an HTTP client costs a start some time."""
    if not settings.audit_witnesses:
        return None
    from mediation.ledger.asking import Asking

    return Asking(engine, settings.audit_witnesses, utc_now)


def _stamping(settings: Settings, engine: Engine) -> "Stamping | None":
    """Whoever asks the timestamp authority, if there is one."""
    if not settings.timestamp_url:
        return None
    from mediation.ledger.stamping import Stamping

    return Stamping(engine, settings.timestamp_url, settings.timestamp_roots, utc_now)


class Worker:
    """The jobs of one process, on one engine."""

    def __init__(self, settings: Settings, engine: Engine | None = None, provider: Provider | None = None) -> None:
        import_models()
        self.engine = engine or engine_from(settings)
        self.settings = settings
        self._provider = provider
        self.warned_at: datetime | None = None
        self.stopping = Event()
        self.log = Upkeep(self.engine, utc_now)
        self.asking = _asking(settings, self.engine)
        self.stamping = _stamping(settings, self.engine)
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={name: ThreadPoolExecutor(1) for name in ("default", "log", "witnesses", "texts")},
            job_defaults={"coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; jobs run in a thread until `stop`."""
        self._every(LOG_EVERY, "log", self.log.turn, executor="log")  # no text that takes its time may hold it up
        self._every(TEXTS_EVERY, "texts", self.deliver, executor="texts")  # a provider may take its time
        self._every(NEWS_EVERY, "news of texts", self.ask_for_news, executor="texts")
        self._every(OFFERS_EVERY, "offers", self.offer)
        if self.asking is not None:
            self._every(WITNESSES_EVERY, "witnesses", self.ask, executor="witnesses")
        if self.stamping is not None:
            self._every(TIMESTAMPS_EVERY, "timestamps", self.stamp, executor="witnesses")
        for name, (seconds, sweep) in SWEEPS.items():
            self._every(seconds, name, partial(self.sweep, sweep))
        self.scheduler.start()

    def _every(self, seconds: float, name: str, job: Callable[[], object], executor: str = "default") -> None:
        self.scheduler.add_job(self.run, "interval", [name, job], seconds=seconds, id=name, executor=executor)

    def stop(self) -> None:
        """Finish what is being done, the text or the case, and stop."""
        self.stopping.set()
        self.scheduler.shutdown(wait=True)
        self.engine.dispose()

    def once(self) -> None:
        """Every job once, in this thread; a failure is raised. For tests and the demonstration."""
        self.offer()
        for _, sweep in SWEEPS.values():
            self.sweep(sweep)
        self.deliver()
        self.log.turn()
        self.ask()
        self.stamp()

    def ask(self) -> int:
        """Ask the witnesses for what they have not signed yet; returns how many signed."""
        return self.asking.turn(self.stopping.is_set) if self.asking is not None else 0

    def stamp(self) -> bool:
        """Ask the timestamp authority for what it has not stamped yet; returns whether it did."""
        return self.stamping is not None and self.stamping.turn()

    @property
    def provider(self) -> Provider | None:
        """Whoever carries texts, made when first asked for."""
        if self._provider is None:
            self._provider = provider_of(self.settings, self.engine)
        return self._provider

    def deliver(self) -> int:
        """Send what is due; returns how many texts were tried. Without a provider all stay queued."""
        if self.provider is None:
            self.warn(utc_now())
            return 0
        return dispatch(self.engine, self.provider, utc_now, self.stopping.is_set, agency.own_phone)

    def ask_for_news(self) -> int:
        """Ask what became of texts of which no receipt came; returns how many."""
        return 0 if self.provider is None else ask_for_news(self.engine, self.provider, utc_now(), NEWS)

    def warn(self, now: datetime) -> None:
        """Say in the log that no text goes out, once an hour."""
        if self.warned_at is None or now - self.warned_at >= WARN_EVERY:
            self.warned_at = now
            log.warning("sms.no-provider", job="texts")

    def offer(self) -> int:
        """Offer everything whose time has come; returns how many. Each case has a transaction of its own, so that
        nobody waits for another case's lock; one that fails holds up no other, and is raised in the end.
        """
        with reading(self.engine) as session:
            due = cases_with_due(session, utc_now())
        count, failed = 0, None
        for case_id in due:
            if self.stopping.is_set():
                break
            try:
                count += self._offer(case_id)
            except UNAVAILABLE:
                raise
            except Exception as error:  # noqa: BLE001  # raised below, after the other cases
                failed = error
        if failed is not None:
            raise failed
        return count

    def _offer(self, case_id: str) -> int:
        with writing(self.engine) as session:
            count = offer_in_case(session, case_id, utc_now())
            session.commit()
        return count

    def sweep(self, sweep: Sweep) -> None:
        """One sweep in its own transaction."""
        with writing(self.engine) as session:
            sweep(session, utc_now())
            session.commit()

    @staticmethod
    def run(name: str, job: Callable[[], object]) -> None:
        """Run a job; the next turn comes whatever happens in this one."""
        try:
            job()
        except Exception as error:  # noqa: BLE001  # a job that failed must not end the thread that runs all of them
            log.warning("job failed", job=name, error=type(error).__name__)


def work(settings: Settings) -> None:
    """Do the jobs until the process is told to stop (SIGTERM, SIGINT); the one that is running is finished."""
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    worker = Worker(settings)
    worker.start()
    log.info("worker started")
    told.wait()
    log.info("worker stops")
    worker.stop()
