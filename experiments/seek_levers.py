"""Levers of a goal-seek: `KEY=LOW..HIGH` as a range, how its values are written for `--set`, and what is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.errors import InvalidRequest
from results.seek_values import APPRAISED, RETENTION
from scenarios.errors import nearest

if TYPE_CHECKING:
    from evidence.model import Parameter

NUMBER, WHOLE, MONEY, SHARE = "number", "whole", "money", "share"
"""How a lever's values are written."""
RESOLUTION = 200
"""A range is told apart in about so many steps, each a round number."""
TOLERANCE = 100
"""A crossing is sought to one part in so many of the range."""
PENCE = 0.01
DECIDES = ("horizon", "region", "variant", "baseline", "name", "title", "description", "kind", "extends", "context")
"""Keys that decide what is compared, and so are no levers."""
_BOUND = re.compile(
    r"(?P<pounds>£?)\s*(?P<sign>[-−]?)(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(?P<power>e-?[0-9]{1,2})?"
    r"\s*(?P<unit>%|k|m|)\Z",
    re.IGNORECASE,
)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "%": 0.01}


@dataclass(frozen=True)
class Lever:
    """One value of the scenario, of the evidence, or of the appraisal, and the range over which it may be moved."""

    key: str
    low: float
    high: float
    form: str = NUMBER

    @property
    def is_appraised(self) -> bool:
        """Return whether it changes what runs are worth, and no run."""
        return self.key in APPRAISED

    @property
    def step(self) -> float:
        """Return the round number to whose multiples values are kept."""
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / RESOLUTION))
        return max(step, {WHOLE: 1.0, MONEY: PENCE}.get(self.form, 0.0))

    @property
    def tolerance(self) -> float:
        """Return the width to which a crossing is sought."""
        return max(self.step, (self.high - self.low) / TOLERANCE)

    @property
    def n_values(self) -> int:
        """Return how many values of the range are told apart."""
        return math.floor((self.high - self.low) / self.step + 1e-9) + 1

    def snap(self, value: float, upwards: bool | None = None) -> float:
        """Return the nearest value that is told apart, within the range; of one side where that is asked for.

        Parameters
        ----------
        value : float
            A value.
        upwards : bool or None
            Whether to take the next one at or above it, or at or below it.
        """
        steps = value / self.step
        if upwards is None:
            whole = round(steps)
        else:  # a value that is a multiple but for the computer's arithmetic stays
            whole = math.ceil(steps - 1e-9) if upwards else math.floor(steps + 1e-9)
        digits = max(0, 2 - math.floor(math.log10(self.step)))
        return min(self.high, max(self.low, round(whole * self.step, digits)))

    def text(self, value: float) -> str:
        """Return a value as `--set` takes it."""
        if self.form == WHOLE:
            return str(round(value))
        if self.form == MONEY:
            return f"£{value:.2f}".removesuffix(".00")
        return f"{value:.10g}"

    def as_dict(self) -> dict[str, str | float]:
        """Return the lever as plain values."""
        return {"key": self.key, "low": self.low, "high": self.high, "form": self.form}


def parse_lever(text: str, parameters: Mapping[str, Mapping[str, Parameter]]) -> Lever:
    """Return the lever that a text such as `subsidies.kickstart.start_payment=£0..£3,000` names.

    A parameter may be written without `parameters.` in front.

    Parameters
    ----------
    text : str
        As given with --vary.
    parameters : mapping
        Process -> name -> parameter of the evidence.

    Raises
    ------
    InvalidRequest
        If it cannot be read, the range is reversed or empty, or the key is no lever.
    """
    key, sign, rest = (part.strip() for part in text.partition("="))
    words = rest.split("..")
    if not sign or not key or len(words) != 2:
        raise InvalidRequest(
            f"--vary {text[:80]}: write KEY=LOW..HIGH, such as --vary subsidies.kickstart.wage_share=0.2..1."
        )
    if key.partition(".")[0] in DECIDES:
        raise InvalidRequest(f"--vary {key[:60]}: it decides what is compared and is no lever. Leave it out.")
    if key.startswith("appraisal.") and key not in APPRAISED:
        raise InvalidRequest(
            f"--vary {key[:60]}: no lever of the appraisal.{nearest(key, APPRAISED)} There are: {', '.join(APPRAISED)}."
        )
    (low, form), (high, other) = (_bound(text, word.strip()) for word in words)
    if low >= high:
        raise InvalidRequest(
            f"--vary {text[:80]}: the range is reversed or empty; write the lower bound first: "
            f"{key}={words[1].strip()}..{words[0].strip()}."
        )
    process, _, name = key.partition(".")
    if process in parameters and name in parameters[process]:
        key = f"parameters.{key}"
    forms = {form, other} - {NUMBER}
    if len(forms) > 1:
        raise InvalidRequest(f"--vary {text[:80]}: one bound is money and the other is not; write both alike.")
    found = Lever(key, low, high, *forms)
    if key == RETENTION and not (low >= 0 and high <= 1):
        raise InvalidRequest(f"--vary {text[:80]}: it is a share kept each year; both bounds lie from 0 to 1.")
    if key in APPRAISED and key != RETENTION and low < 0:
        raise InvalidRequest(f"--vary {text[:80]}: a price cannot be negative.")
    return found


def _bound(text: str, word: str) -> tuple[float, str]:
    """Return a bound, and how it is written."""
    found = _BOUND.match(word)
    if found is None:
        raise InvalidRequest(
            f"--vary {text[:80]}: '{word[:40]}' is no number; write two numbers such as 0.2..0.6, 20%..60% or £0..£3k."
        )
    unit = found["unit"].lower()
    value = float(found["number"].replace(",", "") + (found["power"] or "")) * _SCALE[unit]
    value = -value if found["sign"] else value
    if found["pounds"] and unit == "%":
        raise InvalidRequest(f"--vary {text[:80]}: '{word[:40]}' is in pounds and a percentage at once.")
    return value, MONEY if found["pounds"] else SHARE if unit == "%" else NUMBER


def refuse_if_doubled(levers: Iterable[Lever], overrides: Mapping[str, str]) -> None:
    """Refuse a lever that stands twice, or also in `--set`.

    Parameters
    ----------
    levers : iterable of Lever
        The levers.
    overrides : mapping
        Keys given with --set.

    Raises
    ------
    InvalidRequest
        If there is one.
    """
    seen: set[str] = set()
    for lever in levers:
        if lever.key in seen:
            raise InvalidRequest(f"--vary {lever.key}: it is a lever twice; keep one.")
        if lever.key in overrides:
            raise InvalidRequest(f"--set {lever.key} and --vary {lever.key} contradict each other; keep one.")
        seen.add(lever.key)
