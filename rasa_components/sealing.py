"""Encrypts what the tracker store writes: AES-256-GCM, bound to its conversation. No Rasa in here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12
_NAME_BYTES = 4
_FILE = "file:"


class KeyUnusable(ValueError):
    """WARMLINE_TRACKER_KEY must be 32 bytes in base64; several, the newest first, are parted by commas."""


class SealBroken(RuntimeError):
    """What is stored was changed, belongs to another conversation, or was written with a key that is gone."""


class Seal:
    """Seals with the first key, opens with any. A sealed text is key name, nonce, ciphertext.

    `keys` may be "file:PATH": then a change of that file counts at once, without a restart.
    """

    def __init__(self, keys: str) -> None:
        self._file = Path(keys[len(_FILE) :]) if keys.startswith(_FILE) else None
        self._version: object = None
        if self._file is None:
            self._use(keys)
        else:
            self._refresh()

    def _use(self, keys: str) -> None:
        decoded = [_decode(key) for key in keys.split(",") if key.strip()]
        if not decoded:
            raise KeyUnusable(KeyUnusable.__doc__)
        self._ciphers = {_name(key): AESGCM(key) for key in decoded}
        self._newest = _name(decoded[0])

    def _refresh(self) -> None:
        if self._file is None:
            return
        try:
            version = self._file.stat().st_mtime_ns
            if version != self._version:
                self._use(self._file.read_text())
                self._version = version
        except OSError:
            if self._version is None:  # later a file that is away for a moment changes nothing
                raise KeyUnusable("the file with the tracker's keys cannot be read") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[:_NAME_BYTES] == self._newest

    def close(self, text: str, belongs_to: str) -> bytes:
        """Compressed and encrypted. Opens only with the same `belongs_to`."""
        self._refresh()
        nonce = os.urandom(_NONCE_BYTES)
        packed = zlib.compress(text.encode(), level=1)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, packed, belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> str:
        """Raises SealBroken."""
        name, rest = sealed[:_NAME_BYTES], sealed[_NAME_BYTES:]
        if name not in self._ciphers:
            self._refresh()
        try:
            packed = self._ciphers[name].decrypt(
                rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], belongs_to.encode()
            )
        except (KeyError, InvalidTag, ValueError):
            raise SealBroken(SealBroken.__doc__) from None
        return zlib.decompress(packed).decode()


def _decode(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key.strip(), validate=True)
    except binascii.Error:
        decoded = b""
    if len(decoded) != _KEY_BYTES:
        raise KeyUnusable(KeyUnusable.__doc__)
    return decoded


def _name(key: bytes) -> bytes:
    """Tells keys apart; says nothing about the key."""
    return hashlib.sha256(b"key name" + key).digest()[:_NAME_BYTES]
