"""The doctor's look at what is ours: files, keys, database, roster, hours, decisions. It changes nothing."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.app import keys_of
from bot.clinic import Clinic, ClinicProblem, load_clinic
from bot.doctor.finding import Finding, fail, ok, warn
from bot.domain.matching import Counselor
from bot.places import Place, reached
from bot.settings import Settings
from bot.store import counselors
from bot.store.database import Database
from bot.store.migrate import is_current
from bot.store.postgres_places import EmbeddedError
from bot.store.vault import CannotOpen, vault_of


def files(settings: Settings) -> Iterator[Finding]:
    """The trained model, the encoder and Rasa's own Python."""
    parts: tuple[tuple[str, Path, str], ...] = (
        ("model", settings.model_file, "run `warmline train`"),
        ("encoder", settings.encoder_dir / "model.onnx", "run `make setup`"),
        ("Rasa's Python", settings.rasa_python, "run `make setup`"),
    )
    for about, path, do in parts:
        yield ok(about, "is there") if path.exists() else fail(about, "is missing", do)


def secrets(settings: Settings) -> Finding:
    """The master key: without it nobody can read what is stored."""
    try:
        known = settings.master_key is not None or settings.key_file is not None
        if not known and not (settings.data_dir / "master.key").exists():
            return warn(
                "keys", "none yet: one is made at the first start", "keep a copy of it somewhere else"
            )
        vault_of(keys_of(settings))
    except (ValueError, OSError):
        return fail("keys", "the master key cannot be used", "see docs/how-to/keys.md")
    return ok("keys", "the master key can be used")


def decision(settings: Settings) -> Finding:
    """Whether clients' words may go to counselors' own phones, and who decided it."""
    about = "staff phones"
    if settings.staff_phones:
        return ok(
            about,
            f"carry clients' words; decided by {settings.staff_phones_decided_by} on {settings.staff_phones_decided_on}",
        )
    if settings.telegram_staff_token is None and settings.twilio_staff_number is None:
        return ok(about, "none are connected, so nobody is asked and nobody can sign in at the desk")
    return warn(
        about,
        "get alerts only: nobody has decided that clients' words may go there",
        "after a decision set WARMLINE_STAFF_PHONES_DECIDED_BY and _ON",
    )


def clinic(settings: Settings) -> Iterator[Finding]:
    """clinic.yml, its hours, and who signed off the texts."""
    try:
        read = load_clinic(settings.clinic_file)
    except ClinicProblem as problem:
        yield fail("clinic", str(problem), "mend clinic.yml; see docs/how-to/change-the-clinic.md")
        return
    yield ok("clinic", f"{read.name}, {read.timezone}")
    yield _hours(read)
    signed = read.signed_off
    if signed.clinical_lead and signed.date:
        yield ok("sign-off", f"texts signed off by {signed.clinical_lead} on {signed.date}")
    else:
        yield warn("sign-off", "no clinical lead has signed off the texts", "see docs/legal.md")


def _hours(read: Clinic) -> Finding:
    open_days = [day for day, spans in read.hours.items() if spans]
    if not open_days:
        return fail("hours", "the line is never open, so no counselor is asked", "set hours in clinic.yml")
    return ok("hours", f"open on {len(open_days)} days a week")


async def database(settings: Settings) -> list[Finding]:
    """Can it be reached, are its tables up to date, and who is on the roster?"""
    if settings.database_url is None and not (settings.data_dir / "postgres" / "data").exists():
        return [ok("database", "the embedded one is made at the first start")]
    try:
        with reached(settings) as place:
            return await inside(settings, place)
    except (SQLAlchemyError, EmbeddedError, OSError) as problem:
        what = type(problem).__name__
        return [fail("database", f"cannot be reached ({what})", "is it running, and is DATABASE_URL right?")]


async def inside(settings: Settings, place: Place) -> list[Finding]:
    """What a database that can be reached says."""
    if not is_current(place.owner_url):
        later = warn(
            "database", "its tables are of another version", "they are brought up to date at the next start"
        )
        return [later]
    found = [ok("database", "reached, tables up to date")]
    try:
        store = Database(place.url, vault_of(keys_of(settings)), pool_size=1)
        try:
            async with store.transaction() as tx:
                people = await counselors.roster(tx)
        finally:
            await store.close()
    except CannotOpen:
        return [*found, fail("keys", "do not open what is stored", "bring back the key it was sealed with")]
    return [*found, *roster(settings, people)]


def roster(settings: Settings, people: list[Counselor]) -> Iterator[Finding]:
    """Is there anybody to ask, a supervisor, and nobody who cannot be reached without knowing it?"""
    real = [c for c in people if not c.channel.startswith("staff-phone-")]
    simulated = len(people) - len(real)
    if simulated and real:
        yield warn(
            "roster",
            f"{simulated} simulated counselors stand beside real ones and can be offered real clients",
            "remove them: warmline roster remove NAME, and set WARMLINE_DEMONSTRATION=false",
        )
    reachable = [c for c in people if c.on_staff and c.has_phone]
    if not reachable:
        yield fail(
            "roster",
            "no phone is enrolled, so nobody can be asked",
            "warmline roster add, then warmline roster enrol",
        )
        return
    yield ok("roster", f"{len(reachable)} of {len(people)} counselors have a phone that takes texts")
    if without := sum(c.on_staff and not c.has_phone for c in people):
        yield warn(
            "roster",
            f"{without} have no phone: they are asked nothing and cannot sign in at the desk",
            "warmline roster enrol NAME",
        )
    if not any(c.supervisor for c in reachable):
        yield warn("roster", "no supervisor can be reached", "warmline roster add --role supervisor")
    if stopped := sum(c.opted_out for c in people):
        yield warn("roster", f"{stopped} counselors' phones said STOP", "they text START when they are back")
    spoken = {t.partition(":")[2] for c in reachable for t in c.traits if t.startswith("language:")}
    yield (
        ok("languages", ", ".join(sorted(spoken)))
        if spoken
        else warn("languages", "nobody's languages are known", "warmline roster add --language CODE")
    )
