"""Seals what must not be readable in the database, and hashes what must be found again.

A sealed value is: format byte, key number byte, 12-byte nonce, AES-256-GCM ciphertext. The name of the column is
bound in, so a value moved to another column does not open.
"""

import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.keys import GivenKeys, checked, key_id

_FORMAT = 1


class CannotOpen(Exception):
    """A sealed value does not open with the keys at hand."""


class KeySource(Protocol):
    def read(self) -> tuple[bytes, ...]:
        """The master keys, newest first."""
        ...

    def version(self) -> object:
        """Something that differs when they changed."""
        ...


@dataclass
class Vault:
    """Seals with the newest master key and opens with any; hashes addresses with a key that outlives them all.

    `hash_key` is settled by `lookups.py` once a database is at hand.
    """

    source: KeySource
    masters: tuple[bytes, ...]
    hash_key: bytes
    _ciphers: dict[int, AESGCM] = field(init=False, repr=False)
    _version: object = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._version = self.source.version()
        self._use(self.masters)

    def _use(self, masters: Sequence[bytes]) -> None:
        self._ciphers = {key_id(m): AESGCM(derive(m, "warmline fields")) for m in checked(masters)}
        self.masters = tuple(masters)

    @property
    def newest(self) -> int:
        """The number of the key that seals now."""
        return key_id(self.masters[0])

    def refresh(self) -> bool:
        """Take over keys that were added or dropped since. True when they changed."""
        version = self.source.version()
        if version == self._version:
            return False
        self._use(self.source.read())
        self._version = version
        return True

    def seal(self, plain: str, column: str) -> bytes:
        """The text as ciphertext that opens only for the same column."""
        nonce, number = os.urandom(12), self.newest
        sealed = self._ciphers[number].encrypt(nonce, plain.encode(), column.encode())
        return bytes((_FORMAT, number)) + nonce + sealed

    def open(self, sealed: bytes, column: str) -> str:
        """The text again. Raises CannotOpen when the key is gone or the bytes were changed."""
        if len(sealed) < 30 or sealed[0] != _FORMAT:
            raise CannotOpen(column)
        if sealed[1] not in self._ciphers:
            self.refresh()  # another process sealed it with a key that was added just now
        try:
            return self._ciphers[sealed[1]].decrypt(sealed[2:14], sealed[14:], column.encode()).decode()
        except (InvalidTag, KeyError) as error:
            raise CannotOpen(column) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[:2] == bytes((_FORMAT, self.newest))

    def seal_json(self, value: Any, column: str) -> bytes:
        return self.seal(json.dumps(value, separators=(",", ":"), ensure_ascii=False), column)

    def open_json(self, sealed: bytes, column: str) -> Any:
        return json.loads(self.open(sealed, column))

    def hash_address(self, channel: str, address: str) -> bytes:
        """Keyed hash by which a conversation is found without its address being readable."""
        return hmac.digest(self.hash_key, f"{channel}\0{address}".encode(), "sha256")

    def keys_for(self, purpose: str) -> list[bytes]:
        """Keys for another purpose, one from each master key, the newest first."""
        return [derive(master, purpose) for master in self.masters]


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from the master key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)


def vault_of(source: KeySource) -> Vault:
    """The vault of these keys. Raises KeysUnusable."""
    masters = source.read()
    return Vault(source, masters, derive(masters[-1], "warmline lookups"))


def vault_from(master: bytes) -> Vault:
    """The vault of one master key of at least 32 bytes."""
    return vault_of(GivenKeys((master,)))
