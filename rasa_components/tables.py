"""Reads a CSV file of sentences and labels, whatever wrote it, or says what is wrong with it. No Rasa in here."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import NamedTuple

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
COLUMNS = ("sentence", "label")
LONGEST_FIELD = 10_000_000


class BadTable(ValueError):
    """The file cannot be used; the text says why, and where."""


class Table(NamedTuple):
    """The rows that have both; their order is the file's."""

    sentences: list[str]
    labels: list[str]


def read_table(path: Path) -> Table:
    """Columns `sentence` and `label`, named in the first line, in any order and case; rows without either are
    left out. UTF-8, UTF-16 with its mark, or what Windows wrote. Raises BadTable."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise BadTable(f"{path}: {problem.strerror or problem}") from None
    text = _decode(content, path).replace("\0", "")
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False))
    except csv.Error as problem:
        raise BadTable(f"{path}: not a CSV file ({problem})") from None
    return _columns(rows, path)


def _decode(content: bytes, path: Path) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ENCODINGS:
        if (encoding == "utf-16") == marked:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise BadTable(f"{path}: neither UTF-8 nor UTF-16 nor Windows-1252 text")


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max((",", "\t", ";"), key=first.count)


def _columns(rows: list[list[str]], path: Path) -> Table:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    names = [cell.strip().lower() for cell in filled[0]] if filled else []
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise BadTable(
            f"{path}: the first line must name the columns {' and '.join(COLUMNS)}; no {missing[0]}"
        )
    places = [names.index(name) for name in COLUMNS]
    pairs = [
        tuple(" ".join(row[place].split()) for place in places)
        for row in filled[1:]
        if len(row) > max(places)
    ]
    pairs = [pair for pair in pairs if all(pair)]
    if not pairs:
        raise BadTable(f"{path}: no row has a sentence and a label")
    return Table([sentence for sentence, _ in pairs], [label for _, label in pairs])
