"""L-BFGS for smooth convex functions of millions of float32 numbers. No Rasa in here.

scipy's is written for bounded problems in float64, and its bookkeeping took half of the time of a training.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Objective = Callable[[Floats], tuple[float, Floats]]
_Step = tuple[Floats, Floats, float]  # the way, the change of the slope, one over their product

MEMORY = 5  # steps remembered
HALVINGS = 12
ENOUGH = 1e-4  # of the fall that the slope promises
SMALLEST_FALL = 1e-8  # relative to the value; smaller ones are rounding


def minimise(objective: Objective, start: Floats, steps: int) -> Floats:
    """Where `objective`, which gives its value and slope, is lowest, after at most so many steps."""
    here, remembered = start, deque[_Step](maxlen=MEMORY)
    value, slope = objective(here)
    for _ in range(steps):
        way = -_turned(slope, remembered)
        found = _search(objective, here, value, slope, way, first=not remembered)
        if found is None:
            break
        there, new_value, new_slope = found
        moved, bent = there - here, new_slope - slope
        product = float(moved @ bent)
        if product > 0:
            remembered.append((moved, bent, 1 / product))
        fall, here, value, slope = value - new_value, there, new_value, new_slope
        if fall <= SMALLEST_FALL * max(abs(value), 1.0):
            break
    return here


def _search(
    objective: Objective, here: Floats, value: float, slope: Floats, way: Floats, *, first: bool
) -> tuple[Floats, float, Floats] | None:
    """The first of the whole way, its half, its quarter and so on that falls enough."""
    promised = float(slope @ way)
    length = 1 / max(float(np.linalg.norm(slope)), 1e-12) if first else 1.0
    for _ in range(HALVINGS):
        there = here + np.float32(length) * way
        new_value, new_slope = objective(there)
        if new_value <= value + ENOUGH * length * promised:
            return there, new_value, new_slope
        length /= 2
    return None


def _turned(slope: Floats, remembered: deque[_Step]) -> Floats:
    """The slope times what is known of the inverse curvature (the two loops of Nocedal)."""
    turned, shares = slope.copy(), []
    for moved, bent, rho in reversed(remembered):
        shares.append(np.float32(rho * float(moved @ turned)))
        turned -= shares[-1] * bent
    if remembered:
        _, bent, rho = remembered[-1]
        turned *= np.float32(1 / (rho * float(bent @ bent)))
    for (moved, bent, rho), share in zip(remembered, reversed(shares), strict=True):
        turned += moved * (share - np.float32(rho * float(bent @ turned)))
    return turned
