"""Where the database is, for the service, for Rasa and for the operator's commands; its tables and keys made ready.

Knows accounts and addresses, and nothing of what is stored.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from bot.app import keys_of
from bot.settings import Settings
from bot.store.embedded import DATABASE, USER, AlreadyRunning, EmbeddedPostgres
from bot.store.keys import write_privately
from bot.store.lookups import settle_lookups
from bot.store.migrate import migrate
from bot.store.postgres_places import account, cluster_name, socket_folder
from bot.store.reseal import tracker_keys
from bot.store.roles import RASA, SERVICE
from bot.store.vault import Vault, vault_of

ERASED = "erased"  # file in the data folder: ids of erased conversations


@dataclass(frozen=True)
class Place:
    """One database by its accounts: `url` and `dsn` for the service, `rasa_url` for Rasa, `owner_url` for its tables.

    `runs`: whether it still runs (ours only; of another we cannot know).
    """

    url: str
    dsn: str
    rasa_url: str
    owner_url: str
    service_account: str | None = None
    rasa_account: str | None = None
    runs: Callable[[], bool] = lambda: True

    @property
    def owner_dsn(self) -> str:
        return _as(make_url(self.owner_url), "postgresql")


@contextmanager
def postgres(settings: Settings, progress: Callable[[str], None]) -> Iterator[Place]:
    """The database: DATABASE_URL, or our own, started here."""
    if settings.database_url is not None:
        yield _given(settings, settings.database_url)
        return
    with EmbeddedPostgres(settings.data_dir / "postgres", progress) as embedded:
        yield _embedded(str(embedded.socket), lambda: embedded.poll() is None)


@contextmanager
def reached(settings: Settings) -> Iterator[Place]:
    """The database for one command: that of a running service when there is one, else started for as long."""
    try:
        with postgres(settings, lambda _line: None) as place:
            yield place
    except AlreadyRunning:
        data = settings.data_dir.absolute() / "postgres" / "data"
        yield _embedded(str(socket_folder(cluster_name(data), account()[0])), lambda: True)


def made_ready(settings: Settings, place: Place) -> Vault:
    """Bring the tables up to date and the keys in place; returns the vault. Raises KeysUnusable or CannotOpen."""
    vault = vault_of(keys_of(settings))
    migrate(place.owner_url, service=place.service_account, rasa=place.rasa_account)
    settle_lookups(place.url, vault)
    return vault


def give_rasa_its_keys(settings: Settings, vault: Vault) -> Path:
    """Write the keys of Rasa's memory, and only those, where its process reads them; it sees every change."""
    path = settings.data_dir.absolute() / "tracker.keys"
    write_privately(path, tracker_keys(vault))
    return path


def note_erasure(settings: Settings, conversation_id: str) -> None:
    """Keep outside the database what was erased, so that restoring an older backup erases it again."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data_dir / ERASED
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(f"{conversation_id}\n")


def erasures(settings: Settings) -> list[str]:
    """The ids of what was erased from this machine."""
    path = settings.data_dir / ERASED
    return path.read_text().split() if path.exists() else []


def _given(settings: Settings, secret: SecretStr) -> Place:
    url = make_url(secret.get_secret_value())
    owner = make_url(settings.owner_database_url.get_secret_value()) if settings.owner_database_url else url
    rasa = make_url(settings.rasa_database_url.get_secret_value()) if settings.rasa_database_url else url
    return Place(
        url=_as(url, "postgresql+psycopg"),
        dsn=_as(url, "postgresql"),
        rasa_url=_as(rasa, "postgresql+psycopg2"),
        owner_url=_as(owner, "postgresql+psycopg"),
        service_account=url.username if owner.username != url.username else None,
        rasa_account=rasa.username if rasa.username != owner.username else None,
    )


def _embedded(socket: str, runs: Callable[[], bool]) -> Place:
    def at(driver: str, user: str) -> str:
        return f"{driver}://{user}@/{DATABASE}?host={quote(socket, safe='/')}"

    return Place(
        url=at("postgresql+psycopg", SERVICE),
        dsn=at("postgresql", SERVICE),
        rasa_url=at("postgresql+psycopg2", RASA),
        owner_url=at("postgresql+psycopg", USER),
        service_account=SERVICE,
        rasa_account=RASA,
        runs=runs,
    )


def _as(url: URL, driver: str) -> str:
    return url.set(drivername=driver).render_as_string(hide_password=False)
