"""The master keys: where they are kept, outside the database, and how a new one is put in front.

The newest comes first and seals; the others open what was sealed before. Nothing here touches a database.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FIRST_LINE = "warmline keys"
_SHORTEST = 32  # bytes


class KeysUnusable(ValueError):
    """The master keys cannot be used; the text says why, and never holds a key."""


def key_id(master: bytes) -> int:
    """The number that stands in front of everything this key sealed. It says nothing about the key."""
    return hashlib.sha256(master).digest()[0]


def read_keys(text: str) -> tuple[bytes, ...]:
    """Keys in base64, the newest first, parted by commas or lines. Raises KeysUnusable."""
    masters = tuple(_decoded(word) for word in text.replace(",", "\n").split("\n") if word.strip())
    return checked(masters)


def checked(masters: Sequence[bytes]) -> tuple[bytes, ...]:
    if not masters:
        raise KeysUnusable("there is no master key")
    if len({key_id(master) for master in masters}) < len(masters):
        raise KeysUnusable("two of the master keys have the same number; make another new one")
    return tuple(masters)


def _decoded(word: str) -> bytes:
    try:
        master = base64.b64decode(word.strip(), validate=True)
    except binascii.Error:
        raise KeysUnusable("a master key is not base64") from None
    if len(master) < _SHORTEST:
        raise KeysUnusable(f"a master key is shorter than {_SHORTEST} bytes")
    return master


def new_key(beside: Sequence[bytes]) -> bytes:
    """A new random key whose number none of the others has."""
    taken = {key_id(master) for master in beside}
    while True:
        master = os.urandom(32)
        if key_id(master) not in taken:
            return master


@dataclass(frozen=True)
class GivenKeys:
    """Keys of the environment: they change with a restart only."""

    masters: tuple[bytes, ...]

    def read(self) -> tuple[bytes, ...]:
        return self.masters

    def version(self) -> object:
        return None


@dataclass(frozen=True)
class KeyFile:
    """Keys in a file that only its owner can read; made at the first read. Running processes see a change."""

    path: Path

    def read(self) -> tuple[bytes, ...]:
        """The keys, newest first. Raises KeysUnusable."""
        try:
            stored = self.path.read_bytes()
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make(os.urandom(32))
            stored = self.path.read_bytes()
        if stored.startswith(_FIRST_LINE.encode()):
            return read_keys(stored.decode("ascii").partition("\n")[2])
        return checked((stored,))  # how the first version kept its one key

    def version(self) -> object:
        """Something that differs when the file was changed."""
        found = self.path.stat()
        return found.st_mtime_ns, found.st_ino

    def add(self) -> int:
        """Put a new key in front; its number. The next moment every process that shares the file uses it."""
        known = self.read()
        made = new_key(known)
        self._write((made, *known))
        return key_id(made)

    def drop(self, number: int) -> None:
        """Forget an old key. What it sealed cannot be opened any more, in backups neither."""
        newest, *older = self.read()
        if number == key_id(newest):
            raise KeysUnusable("the newest key is in use")
        if number not in {key_id(master) for master in older}:
            raise KeysUnusable(f"there is no key {number}")
        self._write((newest, *(master for master in older if key_id(master) != number)))

    def _make(self, master: bytes) -> None:
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return
        with os.fdopen(handle, "wb") as file:
            file.write(master)

    def _write(self, masters: Sequence[bytes]) -> None:
        lines = [_FIRST_LINE, *(base64.b64encode(master).decode() for master in masters)]
        write_privately(self.path, "\n".join(lines) + "\n")


def write_privately(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only: who reads it sees the old text or the new one."""
    making = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)
