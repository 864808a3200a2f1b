"""One running Warmline for all conversations: the real path, the real model, the real Rasa."""

from collections.abc import Iterator

import pytest

from tests.live import Live


@pytest.fixture(scope="session")
def warmline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("warmline") / "data")
    live.start()
    yield live
    live.stop()
