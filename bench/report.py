"""The figures as a table beside the project's budgets, and as results/bench.json."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line: what, in which unit, ours and stock Rasa's figure, and what we promised."""

    what: str
    unit: str
    ours: float | None
    stock: float | None = None
    budget: str = ""
    kept: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.stock if self.ours is not None and self.stock else None


@dataclass
class Report:
    """Rows in the order in which they were measured."""

    rows: list[Row] = field(default_factory=list)
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def add(
        self,
        what: str,
        unit: str,
        ours: float | None,
        stock: float | None = None,
        *,
        limit: float | None = None,
        most: float | None = None,
        least: float | None = None,
    ) -> None:
        """`limit` is the budget in the row's unit; `most` and `least` are multiples of stock's figure."""
        budget, kept = "", None
        if limit is not None:
            budget, kept = f"at most {limit:g}", ours is not None and ours <= limit
        elif most is not None:
            budget, kept = f"at most {most:g} x stock", bool(ours and stock and ours <= most * stock)
        elif least is not None:
            budget, kept = f"at least {least:g} x stock", bool(ours and stock and ours >= least * stock)
        unknown = ours is None or ("stock" in budget and stock is None)
        self.rows.append(Row(what, unit, ours, stock, budget, None if unknown else kept))

    def table(self) -> str:
        heads = f"{'':<44} {'unit':<8} {'Warmline':>9} {'stock':>9} {'ratio':>7}  budget"
        lines = [heads, "-" * len(heads)]
        for row in self.rows:
            mark = {None: "", True: "  kept", False: "  MISSED"}[row.kept]
            numbers = f"{_short(row.ours):>9} {_short(row.stock):>9} {_short(row.ratio):>7}"
            lines.append(f"{row.what:<44} {row.unit:<8} {numbers}  {row.budget}{mark}".rstrip())
        return "\n".join([*lines, "", self.machine()])

    def machine(self) -> str:
        cores = os.cpu_count() or 1
        busy = " The machine was busy: quiet figures are better." if self.load_before > cores / 2 else ""
        return f"{cores} cores, load {self.load_before:.1f} before the start.{busy}"

    def write(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        rows = [asdict(row) | {"ratio": row.ratio} for row in self.rows]
        about = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "load_before": self.load_before,
            "machine": platform.machine(),
        }
        path.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n")


def _short(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"
