"""Tables as CSV that no spreadsheet takes for a formula (OWASP, CSV injection)."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from fastapi import Response

_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # full-width ones count in some programs


def cell(value: object) -> str:
    """A value as a cell. What a spreadsheet would compute gets an apostrophe in front, and is shown as it is."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    said = str(value).replace("\x00", "")
    return f"'{said}" if said.lstrip(" ").startswith(_FORMULA) or said.startswith(_FORMULA) else said


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table; every cell quoted, lines ended as RFC 4180 wants."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(as_csv(head, rows), media_type="text/csv; charset=utf-8", headers=headers)
