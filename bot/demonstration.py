"""The demonstration: three invented counselors with simulated phones, a supervisor, and a few clients' phones."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from bot.channels.phone import channel_of
from bot.store import counselors, phones
from bot.store.database import Database

_NAMESPACE = UUID("5d1c1c1e-5b8e-4a52-9c6e-0d6f2f6c6b52")


@dataclass(frozen=True)
class Person:
    """One invented member of staff."""

    key: str
    name: str
    kind: str
    traits: tuple[str, ...]
    about: str
    role: str = "counselor"

    @property
    def id(self) -> str:
        return str(uuid5(_NAMESPACE, self.key))


STAFF = (
    Person(
        "maria",
        "Maria",
        "telegram",
        ("gender:woman", "language:en", "language:es", "trained:trauma"),
        "A woman, trained in trauma, speaks English and Spanish",
    ),
    Person("james", "James", "sms", ("gender:man", "language:en", "peer"), "A man, in recovery himself"),
    Person(
        "robin",
        "Robin",
        "telegram",
        ("gender:nonbinary", "language:en", "trained:trauma"),
        "Nonbinary, trained in trauma. Supervisor",
        "supervisor",
    ),
)
CLIENTS = (
    ("client-1", "sms", "Client 1"),
    ("client-2", "sms", "Client 2"),
    ("client-3", "telegram", "Client 3"),
)


async def set_up_demonstration(database: Database) -> None:
    """Put the phones and the staff in place. Running it again changes nothing."""
    async with database.transaction() as tx:
        for handset_id, kind, name in CLIENTS:
            await phones.add_handset(tx, id=handset_id, kind=kind, side="client", name=name)
        for person in STAFF:
            address = f"staff-{person.key}"
            await phones.add_handset(
                tx, id=address, kind=person.kind, side="staff", name=person.name, about=person.about
            )
            await counselors.enrol(
                tx,
                counselor_id=person.id,
                channel=channel_of("staff", person.kind),
                address=address,
                name=person.name,
                traits=list(person.traits),
                about=person.about,
                role=person.role,
            )
