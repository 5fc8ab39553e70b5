"""How strongly each parameter moves what a run says: from a bank of designs, or from the width of its interval.

Both are rough: the first is linear and measured over the prior, the second knows nothing of the model. A sensitivity
analysis proper is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.assumptions import flattened

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter

Floats = NDArray[np.float64]
BANK_COLUMNS = ("parameter", "influence", "chance", "most_moved", "coefficient", "explained")
"""Columns of `bank_influence`."""
WAVE = "wave"


class BankError(ValueError):
    """A bank of designs that no influence can be read from; the text says why and how to mend it."""


def bank_influence(bank: DataFrame, parameters: Sequence[str], outputs: Sequence[str]) -> DataFrame:
    """Return the influence of each varied parameter on some outputs, strongest first, by BANK_COLUMNS.

    Every output is regressed on all parameters at once, each in its own standard deviations, over the designs of the
    first wave: later waves hold only what fitted, so there a strong parameter hardly varies. A coefficient is how many
    standard deviations an output moves with one of the parameter, the others held. `influence` is the root of its mean
    square over the outputs, `chance` what it would be for a parameter without any, `most_moved` the output with the
    largest coefficient, `coefficient` that one with its sign, and `explained` the share of that output's variance that
    all parameters explain together.

    Parameters
    ----------
    bank : DataFrame
        One row a run: the parameters, the outputs, and `wave` where there are several.
    parameters, outputs : Sequence[str]
        Columns to read. A parameter or an output that is the same in every row is passed over; a run without a figure
        for an output does not count for it.

    Raises
    ------
    BankError
        If a column is missing, nothing varies, or there are too few runs.
    """
    import pandas as pd

    lost = [name for name in (*parameters, *outputs) if name not in bank.columns]
    if lost:
        raise BankError(f"no column {', '.join(lost)}; the bank has {', '.join(map(str, bank.columns))}")
    doubled = [name for name in (*parameters, *outputs) if list(bank.columns).count(name) > 1]
    if doubled:
        raise BankError(f"column {doubled[0]} stands twice; keep one")
    rows = bank[bank[WAVE] == bank[WAVE].min()] if WAVE in bank.columns and len(bank) else bank
    x = rows[list(parameters)].to_numpy(np.float64)
    varied = [k for k in range(x.shape[1]) if len(rows) and np.ptp(x[:, k]) > 0]
    if not varied:
        raise BankError("no parameter varies in the first wave; run the designs of a prior")
    if not np.isfinite(x).all():
        raise BankError("a design without the value of a parameter; every run needs all of them")
    x = x[:, varied]
    fits = {name: _fit(x, rows[name].to_numpy(np.float64), name) for name in outputs}
    found = {name: fit for name, fit in fits.items() if fit is not None}
    if not found:
        raise BankError(f"none of {', '.join(outputs)} varies over the designs")
    coefficients = np.array([fit[0] for fit in found.values()])
    explained = np.array([fit[1] for fit in found.values()])
    spread = np.array([fit[2] for fit in found.values()])
    most = np.abs(coefficients).argmax(axis=0)
    frame = pd.DataFrame(
        {
            "parameter": [parameters[k] for k in varied],
            "influence": np.sqrt((coefficients**2).mean(axis=0)),
            "chance": np.sqrt((spread**2).mean(axis=0)),
            "most_moved": [list(found)[k] for k in most],
            "coefficient": coefficients[most, range(len(varied))],
            "explained": explained[most],
        },
        columns=list(BANK_COLUMNS),
    )
    return frame.sort_values(["influence", "parameter"], ascending=[False, True], ignore_index=True)


def _fit(x: Floats, y: Floats, name: str) -> tuple[Floats, float, Floats] | None:
    """Return standardised coefficients, the share explained and the standard errors; None if y is flat."""
    has = np.isfinite(y)
    if not has.any() or np.ptp(y[has]) == 0:
        return None
    x, y = x[has], y[has]
    spare = len(y) - x.shape[1] - 1
    if spare < 1:
        needed = x.shape[1] + 2
        raise BankError(
            f"{len(y)} runs with a figure for '{name}' and {x.shape[1]} parameters; {needed} runs are needed"
        )
    deviation = x.std(axis=0)
    if (deviation == 0).any():
        raise BankError(f"a parameter does not vary among the runs that have a figure for '{name}'; measure it in all")
    z = (x - x.mean(axis=0)) / deviation
    wanted = (y - y.mean()) / y.std()
    if np.linalg.matrix_rank(z) < z.shape[1]:
        raise BankError("two parameters move together in every design; vary each by itself")
    inverse = np.linalg.inv(z.T @ z)
    beta = inverse @ (z.T @ wanted)
    left = float(((wanted - z @ beta) ** 2).sum())
    errors = np.sqrt(np.diag(inverse) * left / spare)
    return beta, 1.0 - left / len(y), errors


def relative_width(parameter: Parameter) -> float | None:
    """Return half the width of a 95% interval relative to the value, None for a value without an interval.

    A list counts by the mean size of its numbers, and of one interval for all of them only what is beyond their own
    range; where the value is 0, the larger bound takes its place.
    """
    ratio = parameter.interval_ratio_95
    if ratio is not None:
        return (ratio[1] - ratio[0]) / 2
    if parameter.interval_95 is None:
        return None
    bounds = _numbers(parameter.interval_95)
    values = _numbers(parameter.value)
    beyond = bounds[1::2] - bounds[::2] - (np.ptp(values) if len(bounds) == 2 else 0.0)
    half = float(beyond.mean() / 2)
    size = float(np.abs(values).mean()) or float(np.abs(bounds).max())
    return half / size if size else 0.0


def _numbers(value: object) -> Floats:
    return np.array([x for x in flattened((value,)) if isinstance(x, int | float)], np.float64)


def width_influence(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """Return key -> relative width of the interval, for those that have one."""
    widths = {key: relative_width(parameter) for key, parameter in parameters.items()}
    return {key: width for key, width in widths.items() if width is not None}


def keyed(groups: Iterable[tuple[str, Mapping[str, Parameter]]]) -> dict[str, Parameter]:
    """Return `group.name` -> parameter of several groups."""
    return {f"{group}.{name}": parameter for group, items in groups for name, parameter in items.items()}
