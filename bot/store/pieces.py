"""A stream, encrypted in pieces: AES-256-GCM, each piece bound to its place, the last one marked.

So a piece that is missing, moved or changed is noticed, and a file of any size needs little memory.
"""

import os
import struct
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.keys import key_id
from bot.store.vault import derive

MAGIC = b"warmline backup 1\n"
PIECE = 1024 * 1024  # bytes
_HEAD = struct.Struct(">I")
_PURPOSE = "warmline backup"


class BackupBroken(Exception):
    """The file is no backup, is cut off, was changed, or needs a master key that is not at hand."""


def close(source: IO[bytes], target: IO[bytes], master: bytes) -> int:
    """Encrypt everything of `source`; the number of bytes read."""
    salt = os.urandom(8)
    cipher = AESGCM(derive(master, f"{_PURPOSE} {salt.hex()}"))
    target.write(MAGIC + bytes((key_id(master),)) + salt)
    total, place, piece = 0, 0, source.read(PIECE)
    while True:
        following = source.read(PIECE)
        sealed = cipher.encrypt(_nonce(place), piece, _bound(place, last=not following))
        target.write(_HEAD.pack(len(sealed)) + sealed)
        total += len(piece)
        if not following:
            return total
        place, piece = place + 1, following


def opened(source: IO[bytes], masters: tuple[bytes, ...]) -> Iterator[bytes]:
    """The pieces again. Raises BackupBroken, at the latest before the last piece."""
    head = source.read(len(MAGIC) + 9)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 9:
        raise BackupBroken("this file is no backup of Warmline")
    number, salt = head[len(MAGIC)], head[len(MAGIC) + 1 :]
    master = next((m for m in masters if key_id(m) == number), None)
    if master is None:
        raise BackupBroken(f"it needs master key {number}, which is not at hand")
    cipher = AESGCM(derive(master, f"{_PURPOSE} {salt.hex()}"))
    place, sealed = 0, _next(source)
    while sealed is not None:
        following = _next(source)
        try:
            yield cipher.decrypt(_nonce(place), sealed, _bound(place, last=following is None))
        except InvalidTag:
            raise BackupBroken("it was changed or cut off") from None
        place, sealed = place + 1, following


def _next(source: IO[bytes]) -> bytes | None:
    head = source.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise BackupBroken("it was changed or cut off")
    (length,) = _HEAD.unpack(head)
    if length > 2 * PIECE:
        raise BackupBroken("it was changed or cut off")
    sealed = source.read(length)
    if len(sealed) < length:
        raise BackupBroken("it was changed or cut off")
    return sealed


def _nonce(place: int) -> bytes:
    return place.to_bytes(12, "big")


def _bound(place: int, *, last: bool) -> bytes:
    return b"%d %s" % (place, b"last" if last else b"more")
