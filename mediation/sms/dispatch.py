"""Several texts on their way at once: claimed in batches, carried by a few threads, recorded together as they come
back.

A text that hangs holds up no other as long as a thread is free; nothing is claimed for which none is.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from sqlalchemy import Engine

from mediation.sms.delivery import Claimed, Phone, carry, no_phone, put_down, take
from mediation.sms.outcomes import Outcome
from mediation.sms.providers import Clock, Provider

WIDTH: Final = 16
"""Texts on their way at once in one worker."""
BATCH: Final = 8
"""So many threads are free before more is claimed, where others are busy: a transaction for each text would cost more
than the text."""
GATHERS: Final = 0.01
"""Seconds that the first answer waits for others, to be recorded with them."""

_Flying = dict[Future[Outcome], Claimed]


def dispatch(
    engine: Engine,
    provider: Provider,
    clock: Clock,
    told_to_stop: Callable[[], bool],
    phone: Phone = no_phone,
    width: int = WIDTH,
) -> int:
    """Send all that is due, until there is no more or this is told to stop; returns how many texts were tried. What is
    on its way is waited for and recorded.
    """
    count, flying = 0, _Flying()
    more = True
    with ThreadPoolExecutor(width, thread_name_prefix="text") as threads:
        while more or flying:
            room = width - len(flying)
            more = more and not told_to_stop()
            if more and (room >= min(BATCH, width) or not flying):
                claimed = take(engine, provider, clock(), room, phone)
                flying |= {threads.submit(carry, engine, provider, each, clock): each for each in claimed}
                count, more = count + len(claimed), len(claimed) == room
            if flying:
                put_down(engine, provider, _landed(flying), clock())
    return count


def _landed(flying: _Flying) -> list[tuple[Claimed, Outcome]]:
    """What has come back, at least one; it is taken out of what flies. A fault of the program is raised by `result`."""
    wait(flying, return_when=FIRST_COMPLETED)
    done, _ = wait(flying, timeout=GATHERS)
    return [(flying.pop(each), each.result()) for each in done]
