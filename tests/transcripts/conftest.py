"""A case in which letters went both ways, and the transcripts that its facilitator's client makes of it."""

from collections.abc import Iterator

import pytest

from mediation.accounts import set_up_code
from mediation.web.transaction import ENGINE
from tests import databases
from tests.client import world as worlds
from tests.transcripts.scene import Scene, play, sign


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Made once: nothing here changes it."""
    founded_in, directory = tmp_path_factory.mktemp("founded"), tmp_path_factory.mktemp("played")
    databases.new(founded_in)
    settings = worlds.settings_in(founded_in)
    world = worlds.restore(worlds.found(founded_in, set_up_code.make(founded_in), settings), directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mediation.client.transcript.time.sleep", lambda seconds: sign(world))
        yield play(world, directory)
    world.app.extensions[ENGINE].dispose()
    databases.drop(directory)
    databases.drop(founded_in)
