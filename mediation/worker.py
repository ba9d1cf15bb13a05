"""What happens without a request: delivering texts, offering what has come due, forgetting what is over.

The rows are the queue; this only calls the sweeps, in a thread of the web process by default. Each job has transactions
of its own; one that fails is logged by the kind of its error and tried again at its next turn.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.accounts import sessions, throttle
from mediation.db import engine_from, import_models, writing
from mediation.messages.offering import offer_due
from mediation.settings import Settings
from mediation.sms import delivery
from mediation.sms.providers import ConsoleProvider, Provider

log = structlog.get_logger("mediation.worker")

Sweep = Callable[[Session, datetime], object]
SWEEPS: Final[dict[str, tuple[int, Sweep]]] = {
    "offers": (5, offer_due),
    "sessions": (60, sessions.sweep),
    "throttle": (300, throttle.sweep),
}
"""Name → (seconds between turns, the sweep). A sweep gets a writing session and now, and never commits."""
BATCH: Final = 200
WARN_EVERY: Final = timedelta(hours=1)


def utc_now() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def standing_in(settings: Settings, engine: Engine) -> Provider | None:
    """The provider where none was given: the console, but None in production, where nothing may pass for sent."""
    if settings.mode == "production":
        return None
    return ConsoleProvider(engine, utc_now, keeps=settings.demonstration)


class Worker:
    """The jobs of one process, on one engine."""

    def __init__(self, settings: Settings, engine: Engine | None = None, provider: Provider | None = None) -> None:
        import_models()
        self.engine = engine or engine_from(settings)
        self.provider = provider or standing_in(settings, self.engine)
        self.warned_at: datetime | None = None
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; jobs run in a thread until `stop`."""
        self.scheduler.add_job(self.run, "interval", ["texts", self.deliver], seconds=1, id="texts")
        for name, (seconds, sweep) in SWEEPS.items():
            self.scheduler.add_job(
                self.run, "interval", [name, lambda one=sweep: self.sweep(one)], seconds=seconds, id=name
            )
        self.scheduler.start()

    def stop(self) -> None:
        """Finish the running job and stop."""
        self.scheduler.shutdown(wait=True)

    def once(self) -> None:
        """Every job once, in this thread; a failure is raised. For tests and the demonstration."""
        for _, sweep in SWEEPS.values():
            self.sweep(sweep)
        self.deliver()

    def deliver(self) -> int:
        """Send what is due, up to a batch; returns how many texts were tried. Without a provider all stay queued."""
        if self.provider is None:
            self.warn(utc_now())
            return 0
        count = 0
        while count < BATCH and delivery.deliver(self.engine, self.provider, utc_now):
            count += 1
        return count

    def warn(self, now: datetime) -> None:
        """Say in the log that no text goes out, once an hour."""
        if self.warned_at is None or now - self.warned_at >= WARN_EVERY:
            self.warned_at = now
            log.warning("sms.no-provider", job="texts")

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
