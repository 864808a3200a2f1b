"""Plots of the reports as SVG, drawn here: no script, no other host. The same figures stand in a table beside each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 520, 180, 44, 24, 10


@dataclass(frozen=True)
class Bar:
    """One place on the axis: its name, and the height of each layer from the bottom up."""

    name: str
    layers: Sequence[float]


def bars(title: str, layers: Sequence[str], columns: Sequence[Bar], unit: str = "") -> Markup:
    """Stacked bars. `layers`: what each layer is called; a reader hears title, and finds the figures in the table."""
    highest = _round_up(max([sum(bar.layers) for bar in columns] or [0]))
    step = (_WIDTH - _LEFT) / max(len(columns), 1)
    scale = (_HEIGHT - _BOTTOM - _TOP) / highest
    parts = [_grid(highest, unit)]
    for place, bar in enumerate(columns):
        left = _LEFT + place * step
        parts.append(_column(bar, layers, left, step, scale, unit))
        if len(columns) <= 12 or place % 3 == 0:
            parts.append(
                f'<text class="axis" x="{left + step / 2:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
                f"{escape(bar.name)}</text>"
            )
    drawn = "".join(parts)
    return Markup(  # noqa: S704  # nosec B704  (numbers of ours, and names that were escaped above)
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{drawn}</svg>'
    )


def _column(bar: Bar, layers: Sequence[str], left: float, step: float, scale: float, unit: str) -> str:
    drawn, bottom = "", float(_HEIGHT - _BOTTOM)
    for number, (name, height) in enumerate(zip(layers, bar.layers, strict=True)):
        if height:
            bottom -= height * scale
            drawn += (
                f'<rect class="layer-{number}" x="{left + step * 0.12:.1f}" y="{bottom:.1f}"'
                f' width="{step * 0.76:.1f}" height="{max(height * scale - 1, 1):.1f}" rx="2">'
                f"<title>{escape(bar.name)}: {height:g}{escape(unit)} {escape(name)}</title></rect>"
            )
    return drawn


def _grid(highest: float, unit: str) -> str:
    drawn = ""
    for part in (0, 0.5, 1):
        y = _HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP)
        drawn += (
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{highest * part:g}{escape(unit)}'
            "</text>"
        )
    return drawn


def _round_up(value: float) -> float:
    """The next number that halves evenly: 2, 4, 10, 20, 40, 100, ..."""
    size = 1.0
    while True:
        for first in (2, 4, 10):
            if value <= first * size:
                return first * size
        size *= 10
