"""Seals what must not be readable in the database, and hashes what must be found again.

A sealed value is: format byte, key id byte, 12-byte nonce, AES-256-GCM ciphertext. The name of the column is
bound in, so a value moved to another column does not open.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORMAT = 1


class CannotOpen(Exception):
    """A sealed value does not open with the keys at hand."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens with the newest and older keys; hashes addresses with a key of their own."""

    keys: dict[int, AESGCM]
    newest: int
    hash_key: bytes

    def seal(self, plain: str, column: str) -> bytes:
        """The text as ciphertext that opens only for the same column."""
        nonce = os.urandom(12)
        sealed = self.keys[self.newest].encrypt(nonce, plain.encode(), column.encode())
        return bytes((_FORMAT, self.newest)) + nonce + sealed

    def open(self, sealed: bytes, column: str) -> str:
        """The text again. Raises CannotOpen when the key is gone or the bytes were changed."""
        if len(sealed) < 30 or sealed[0] != _FORMAT or sealed[1] not in self.keys:
            raise CannotOpen(column)
        try:
            return self.keys[sealed[1]].decrypt(sealed[2:14], sealed[14:], column.encode()).decode()
        except InvalidTag as error:
            raise CannotOpen(column) from error

    def seal_json(self, value: Any, column: str) -> bytes:
        return self.seal(json.dumps(value, separators=(",", ":"), ensure_ascii=False), column)

    def open_json(self, sealed: bytes, column: str) -> Any:
        return json.loads(self.open(sealed, column))

    def hash_address(self, channel: str, address: str) -> bytes:
        """Keyed hash by which a conversation is found without its address being readable."""
        return hmac.digest(self.hash_key, f"{channel}\0{address}".encode(), "sha256")


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from the master key."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)


def vault_from(master: bytes) -> Vault:
    """The vault of one master key of at least 32 bytes."""
    key_id = hashlib.sha256(master).digest()[0]
    return Vault(
        {key_id: AESGCM(derive(master, "warmline fields"))}, key_id, derive(master, "warmline lookups")
    )


def master_key(folder: Path) -> bytes:
    """The master key kept in `folder`, made on first use, readable by its owner only."""
    path = folder / "master.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(32))
    return path.read_bytes()
