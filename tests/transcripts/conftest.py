"""A case in which letters went both ways, and the transcripts that its facilitator's client makes of it."""

from collections.abc import Iterator

import pytest

from tests import standing
from tests.client import world as worlds
from tests.transcripts.scene import Scene, play, sign


@pytest.fixture(scope="package")
def scene() -> Iterator[Scene]:
    """Made once: nothing here changes it."""
    world = worlds.restore(worlds.found(), "played")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mediation.client.transcript.time.sleep", lambda seconds: sign(world))
        yield play(world)
    standing.leave(world.settings.instance)
