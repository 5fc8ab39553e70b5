"""From what a Nomis file says to targets of the model: which measure, whose figure, with which standard error."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from calibration.nomis_cells import UNRELIABLE, Cell, Reading, shown
from calibration.nomis_forms import period_of
from evidence.model import Place, Region
from experiments.errors import InvalidData

HALF_WIDTH_IN_SE = 1.96
"""Standard errors in half of a 95% interval of the normal law, to the digits that statistical offices use."""
DIGITS, SE_DIGITS = 2, 3
"""Decimals of what is derived, and of standard errors."""
SICK_SHARE, IDLE_16_PLUS = "sick_share", "unemployment_rate_16_plus"
"""Quantities that become another measure: the long-term sick among the inactive, unemployed of 16 and over."""
_ITEMS: tuple[tuple[str, str], ...] = (
    ("employment_rate", r"employment rate - aged 16-64|% in employment - aged 16-64|aged 16-64 - in employment"),
    ("inactivity_rate", r"(% who are economically inactive|economic inactivity rate) - aged 16-64"
                        r"|aged 16-64 - economically inactive"),
    ("economic_activity_rate", r"economic activity rate - aged 16-64|aged 16-64 - economically active"),
    ("unemployment_rate", r"unemployment rate - aged 16-64|aged 16-64 - unemployed"),
    (IDLE_16_PLUS, r"unemployment rate - aged 16\+|(unemployment rate|unemployed) \(model[- ]based\)"),
    (SICK_SHARE, r"% of economically inactive (- |: |who are |due to )?long[- ]term sick"),
    ("people", r"aged 16-64 - all"),
)  # fmt: skip
"""Quantity -> names of Nomis in small letters, matched whole. Whoever is not everybody of 16 to 64 matches none."""
_PROFILE_ITEMS = {
    "employment and unemployment": {"in employment": "employment_rate", "economically active": "economic_activity_rate",
                                    "unemployed (model-based)": IDLE_16_PLUS},
    "economic inactivity": {"total": "inactivity_rate", "long-term sick": SICK_SHARE},
}  # fmt: skip
"""Table of a profile -> item in small letters -> quantity; its percentages are of people aged 16 to 64."""
_WHOLE = {"employment_rate": "people", "inactivity_rate": "people", "economic_activity_rate": "people",
          "unemployment_rate": "economic_activity_rate"}  # fmt: skip
"""Quantity -> the quantity whose count is its base."""


@dataclass(frozen=True)
class Figure:
    """A target that can be taken: percent, its standard error and where it stands; `note` says how it came about."""

    measure: str
    area: str
    period: str
    value: float
    se: float
    line: int
    note: str = ""
    is_unreliable: bool = False


@dataclass(frozen=True)
class Left:
    """Something in the file that was not taken: its line, what it is, and why."""

    line: int
    what: str
    reason: str


@dataclass(frozen=True)
class _Estimate:
    """A quantity as published: percent or persons, standard error where the file has one."""

    value: float
    se: float | None
    line: int
    is_unreliable: bool
    note: str = ""


Key = tuple[str, str, str]
"""Quantity, name of the Place, period."""


def figures(readings: Sequence[Reading], region: Region, file: str) -> tuple[list[Figure], list[Left]]:
    """Return the targets that a file holds of a region, and what was left with the reason.

    Parameters
    ----------
    readings : what the file says.
    region : whose Places are wanted; its targets give the usual standard errors.
    file : name for messages.

    Raises
    ------
    InvalidData
        If a cell of the region's Places is no figure, lies out of range, is given twice, or names two Places.
    """
    left: list[Left] = []
    rates: dict[Key, _Estimate] = {}
    counts: dict[Key, _Estimate] = {}
    lines: dict[Key, int] = {}
    for reading in readings:
        what = f"{shown(reading.item)}, {shown(reading.area)}, {shown(reading.period)}"
        place, elsewhere = _place(reading, region.places, file)
        quantity = _quantity(reading)
        if place is None:
            left.append(Left(reading.line, what, elsewhere))
            continue
        if quantity is None:
            left.append(Left(reading.line, what, _why_unknown(reading)))
            continue
        period = period_of(reading.period)
        if period is None:
            raise InvalidData(
                f"{file}: line {reading.line}: '{shown(reading.period)}' is no period. Nomis writes 'Jan 2024-Dec "
                "2024', in a line 'date' above the table or in a column."
            )
        key = (quantity, place.name, period)
        if key in lines:
            raise InvalidData(
                f"{file}: lines {lines[key]} and {reading.line} both give {shown(reading.item)} of {place.name} for "
                f"{shown(reading.period)}; keep one of the two."
            )
        lines[key] = reading.line
        rate, count, reason = _estimates(reading, quantity, file)
        if rate is not None:
            rates[key] = rate
        if count is not None:
            counts[key] = count
        if rate is None and count is None:
            left.append(Left(reading.line, what, reason))
    rates.update((key, rate) for key, rate in _from_counts(counts) if key not in rates)
    taken, more = _as_measures(rates, region)
    return taken, sorted([*left, *more], key=lambda item: item.line)


def _place(reading: Reading, places: Sequence[Place], file: str) -> tuple[Place | None, str]:
    """Return the Place that a reading is about, by its code or else its name; None and why if it is another area."""
    name = _plain(re.sub(r"^[a-z]+\d*:", "", reading.area.casefold()))
    named = next((place for place in places if _plain(place.name) == name), None)
    coded = next((place for place in places if place.code == reading.code.upper()), None)
    if named is not None and coded is not None and named is not coded:
        raise InvalidData(
            f"{file}: line {reading.line}: the code {coded.code} beside {named.name} is that of {coded.name}; the code "
            f"of {named.name} is {named.code}. Download the file again, or correct the line."
        )
    if named is not None and coded is None and reading.code:
        # A constituency may have a Place's name.
        return None, f"the code {shown(reading.code)} is not that of the Place, which is {named.code}"
    return coded or named, "the area is no Place of this region"


def _plain(name: str) -> str:
    """Return a name without its points, case and doubled blanks: St. Helens is St Helens."""
    return " ".join(re.sub(r"[.,'’]", "", name.casefold()).split())


def _quantity(reading: Reading) -> str | None:
    """Return what a reading is a figure of; None where the model has no measure of it."""
    if reading.group:
        return None
    words = " ".join(reading.item.casefold().replace("–", "-").replace("†", " ").replace("§", " ").split())
    words = re.sub(r"^t01:\d+ \((.*)\)$", r"\1", words)
    words = re.sub(r" ?: ?all people ?$", "", words).replace("16 to 64", "16-64").strip()
    for table, items in _PROFILE_ITEMS.items():
        if reading.section == table:
            return items.get(words)
    return next((quantity for quantity, names in _ITEMS if re.fullmatch(names, words)), None)


def _why_unknown(reading: Reading) -> str:
    """Return why a reading of a Place has no measure."""
    if reading.group:
        return f"it is about {shown(reading.group)}, and the model's targets are about everybody aged 16 to 64"
    return "the model has no measure of it"


def _estimates(reading: Reading, quantity: str, file: str) -> tuple[_Estimate | None, _Estimate | None, str]:
    """Return the percentage and the count that a reading holds, None where it holds none, and then why.

    Parameters
    ----------
    reading, quantity : what the file says, and of what.
    file : for messages.
    """
    cells = dict(reading.cells)
    if "main" in cells:
        # A table's cell (T01:...) is a number of people, every other item that is known is a percentage.
        of_people = reading.item.casefold().startswith("t01:") or quantity == "people"
        cells["number" if of_people else "percent"] = cells.pop("main")
        if of_people and "conf" in cells:
            cells["number_conf"] = cells.pop("conf")
    for kind, found in cells.items():
        if found.wrong:
            raise InvalidData(
                f"{file}: line {reading.line}: {kind} of {shown(reading.item)}: found '{shown(found.wrong)}', which "
                "is no figure. Download the file again; formulas are not worked out."
            )
        most = 100.0 if kind in ("percent", "conf") else math.inf
        if found.value is not None and not 0.0 <= found.value <= most:
            allowed = "from 0 to 100" if most == 100.0 else "of 0 or more"
            raise InvalidData(
                f"{file}: line {reading.line}: {kind} of {shown(reading.item)}: found {found.value:g}; it is a number "
                f"{allowed}. Download the file again, or correct the line."
            )
    rate = _one(cells, "percent", "conf", reading, file)
    count = _one(cells, "number", "number_conf", reading, file) if not reading.section else None
    reason = next((cells[kind].missing for kind in ("percent", "number") if kind in cells), "")
    return (
        rate,
        count,
        f"suppressed: {reason}" if reason else "it has neither a percentage nor a count that can be used",
    )


def _one(cells: Mapping[str, Cell], kind: str, conf: str, reading: Reading, file: str) -> _Estimate | None:
    """Return one estimate with its standard error; None where the file has no number.

    Parameters
    ----------
    cells, kind, conf : the cells, and which of them are the estimate and half its interval.
    reading, file : for messages.
    """
    found, half = cells.get(kind, Cell()), cells.get(conf, Cell())
    if found.value is None:
        return None
    if half.value is not None and half.value <= 0:
        raise InvalidData(
            f"{file}: line {reading.line}: the interval of {shown(reading.item)} is {half.value:g} wide, so the "
            "standard error would be 0; it is above 0. Download the file again with its confidence intervals."
        )
    se = None if half.value is None else half.value / HALF_WIDTH_IN_SE
    return _Estimate(found.value, se, reading.line, found.unreliable or half.unreliable)


def _from_counts(counts: Mapping[Key, _Estimate]) -> Iterator[tuple[Key, _Estimate]]:
    """Yield percentages made of two counts, the part among its whole, with the standard error of such a ratio."""
    for (quantity, place, period), part in counts.items():
        whole = counts.get((_WHOLE.get(quantity, ""), place, period))
        if whole is None or whole.value <= 0 or part.value > whole.value:
            continue
        ratio, se = part.value / whole.value, None
        if part.se is not None and whole.se is not None:
            # Of a part within its whole; where rounding makes that negative, of two independent counts, which is wider.
            within = part.se**2 - (ratio * whole.se) ** 2
            spread = within if within > 0 else part.se**2 + (ratio * whole.se) ** 2
            se = 100.0 * math.sqrt(spread) / whole.value
        note = "from two counts of the file"
        unreliable = part.is_unreliable or whole.is_unreliable
        yield (quantity, place, period), _Estimate(100.0 * ratio, se, part.line, unreliable, note)


def _as_measures(rates: Mapping[Key, _Estimate], region: Region) -> tuple[list[Figure], list[Left]]:
    """Return targets made of percentages, and the percentages that could not be one.

    Parameters
    ----------
    rates : percentages as published or from counts.
    region : its targets give the usual standard errors.
    """
    taken, left = [], []
    for (quantity, place, period), found in rates.items():
        measure, estimate, reason = quantity, found, ""
        inactive = rates.get(("inactivity_rate", place, period))
        if quantity == "economic_activity_rate" and inactive is not None:
            reason = f"it says the same as the inactivity rate of line {inactive.line}, which was taken"
        elif quantity == IDLE_16_PLUS:
            measure = "unemployment_rate"
            estimate = replace(found, note="of people aged 16 and over")
            if ("unemployment_rate", place, period) in rates:
                reason = "the file has the rate of people aged 16 to 64, which was taken"
        elif quantity == SICK_SHARE:
            measure = "long_term_sick_rate"
            if inactive is None:
                reason = "a share of the inactive needs '% who are economically inactive - aged 16-64' beside it"
            else:
                estimate = _product(found, inactive)
        usual = None if reason else _usual_se(region, measure)
        se = estimate.se if estimate.se is not None else usual
        if not reason and se is None:
            reason = "it has no confidence interval, and the region has no figure of this measure to take one from"
        if not reason and found.is_unreliable and found.se is None:
            reason = f"{UNRELIABLE}, and without a confidence interval"
        if reason or se is None:
            left.append(Left(found.line, f"{measure}, {place}, {period}", reason))
            continue
        notes = [estimate.note] if estimate.note else []
        notes += ["no interval in the file: the region's usual standard error"] if estimate.se is None else []
        notes += [UNRELIABLE] if estimate.is_unreliable else []
        value = estimate.value if estimate is found and not estimate.note else round(estimate.value, DIGITS)
        taken.append(
            Figure(measure, place, period, value, max(round(se, SE_DIGITS), 10.0**-SE_DIGITS), found.line,
                   "; ".join(notes), estimate.is_unreliable)
        )  # fmt: skip
    return taken, left


def _product(share: _Estimate, whole: _Estimate) -> _Estimate:
    """Return a share of a share, percent, with the standard error of a product of independent figures."""
    value = share.value * whole.value / 100.0
    se = None
    if share.se is not None and whole.se is not None:
        se = math.hypot(share.se * whole.value, share.value * whole.se) / 100.0
    note = "the long-term sick among the inactive, times the inactivity rate"
    return _Estimate(value, se, share.line, share.is_unreliable or whole.is_unreliable, note)


def _usual_se(region: Region, measure: str) -> float | None:
    """Return the median standard error of the region's figures of a measure by Place; None if it has none."""
    places = {place.name for place in region.places}
    known = [target.se for target in region.targets if target.measure == measure and target.area in places]
    return median(known) if known else None
