"""A toy assistant with our components, trained once, its conversations in a real PostgreSQL."""

from __future__ import annotations

import base64
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import rasa
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.shared.core.domain import Domain

from rasa_components import nlg
from rasa_components.nlg import ClinicNlg
from rasa_components.ready import ready_agent
from rasa_components.tracker_store import SealedTrackerStore

KEY = base64.b64encode(b"a key for tests only, 32 bytes..").decode()
TOY = Path(__file__).parent / "toy"


@pytest.fixture(scope="session")
def database() -> str:
    url = os.environ["WARMLINE_TEST_DATABASE"]
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS rasa CASCADE"))
    return url


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Rasa's own
        done = rasa.train(
            domain=str(TOY / "domain.yml"),
            config=str(TOY / "config.yml"),
            training_files=str(TOY / "data"),
            output=str(folder),
            fixed_model_name="toy",
        )
    return Path(done.model)


@pytest.fixture
def store(database: str) -> Iterator[SealedTrackerStore]:
    made = SealedTrackerStore(host=database, key=KEY)
    yield made
    made.close()


@pytest.fixture
def app(model: Path, store: SealedTrackerStore, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What Sanic's app is to us: a place where Rasa put its agent. It says the toy's texts alone."""
    monkeypatch.setattr(nlg, "RESPONSES", TOY)
    loaded = Agent.load(model, generator=ClinicNlg(None, Domain.empty()), tracker_store=store)
    return SimpleNamespace(ctx=SimpleNamespace(agent=loaded))


@pytest.fixture
def agent(app: SimpleNamespace) -> Agent:
    return ready_agent(app)


@pytest.fixture
def rows(database: str) -> Iterator[sa.engine.Connection]:
    """A look at the table behind the store's back."""
    engine = sa.create_engine(database, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """`hush` changes the whole process's logging."""
    handlers, level, filters = logging.root.handlers, logging.root.level, warnings.filters[:]
    yield
    logging.root.handlers, logging.root.level = handlers, level
    warnings.filters[:] = filters
