"""How money, shares, months and durations are written in scenario files, and their plain numbers; no policy."""

from __future__ import annotations

import re
from decimal import Decimal

from scenarios.errors import odd_characters, shown
from scenarios.vocabulary import parse_month

MONEY_EXAMPLE = "'£1,500', '£250k' or '£4.5m'"
MONEY_MAX_PENCE = 10**13
"""Largest amount, pence: £100bn, beyond any labour-market programme."""
WEEKS_A_YEAR, MONTHS_A_YEAR = 52, 12
_MONEY = re.compile(r"£\s?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?\s?(k|m|bn)?\Z")
_SCALE = {None: 1, "k": 10**3, "m": 10**6, "bn": 10**9}
_OTHER_MONEY = re.compile(r"\$|€|¥|\b(USD|EUR|GBP|dollars?|euros?|pounds?|pence)\b|[0-9]p\Z", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]{1,4})\s*(months?|weeks?)\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
NAME_RULE = "small letters, digits and hyphens, at most 64, beginning with a letter or digit"


def pence(value: object) -> int:
    """Return whole pence of a text such as '£1,500', '£250k' or '£4.5m'.

    Raises
    ------
    ValueError
        If the value is not an amount in pounds with its sign.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{shown(value)} has no unit, so pounds and pence could be confused; write {MONEY_EXAMPLE}")
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not an amount of money; write {MONEY_EXAMPLE}")
    text = value.strip()
    found = _MONEY.match(text)
    if not found:
        if re.match(r"-\s?£|£\s?-", text):
            raise ValueError(f"{shown(value)} is negative; write an amount of £0 or more")
        if _OTHER_MONEY.search(text):
            raise ValueError(f"{shown(value)} is in another unit; write pounds with their sign, {MONEY_EXAMPLE}")
        if re.search(r"£.*,", text):
            raise ValueError(f"{shown(value)} has a comma that does not part thousands; write {MONEY_EXAMPLE}")
        raise ValueError(
            f"{shown(value)} is not an amount of money; write {MONEY_EXAMPLE}.{odd_characters(_bare(text))}"
        )
    whole, fraction, scale = found[1].replace(",", ""), found[2], found[3]
    if len(whole) > len(str(MONEY_MAX_PENCE)):
        raise ValueError(f"{shown(value)} is more than £100bn; check the unit")
    amount = Decimal(whole + (fraction or "")[:20]) * _SCALE[scale] * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"{shown(value)} is not a whole number of pence; round it")
    if amount > MONEY_MAX_PENCE:
        raise ValueError(f"{shown(value)} is more than £100bn; check the unit")
    return int(amount)


def _bare(text: str) -> str:
    return text.replace("£", "")


def money_text(amount_pence: int) -> str:
    """Return whole pence as '£1,500' or '£1,500.50'."""
    pounds, rest = divmod(amount_pence, 100)
    return f"£{pounds:,}" + (f".{rest:02d}" if rest else "")


def share(value: object) -> float:
    """Return a share in [0, 1].

    Raises
    ------
    ValueError
        If the value is not a number from 0 to 1; a percentage is named as such.
    """
    if isinstance(value, str) and re.match(r"[0-9.]+\s*%\Z", value.strip()):
        number = value.strip().rstrip("% ")
        raise ValueError(f"{shown(value)} is a percentage; write a share from 0 to 1{_as_share(number)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shown(value)} is not a number; write a share from 0 to 1, for example 0.30")
    if 1 < value <= 100:
        raise ValueError(f"{shown(value)} looks like a percentage; write a share from 0 to 1{_as_share(str(value))}")
    if not 0 <= value <= 1:
        raise ValueError(f"{shown(value)} is outside 0 to 1; write a share, for example 0.30")
    return float(value)


def _as_share(number: str) -> str:
    try:
        return f": write {float(number) / 100:.4g}" if "." in number else f": write {int(number) / 100:.2f}"
    except ValueError:
        return ""


def month(value: object) -> str:
    """Return the text `YYYY-MM` unchanged, once it is a calendar month.

    Raises
    ------
    ValueError
        If the value is not a month.
    """
    if isinstance(value, str) and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", value):
        raise ValueError(f"{shown(value)} is a day; write the month alone, '{value[:7]}'")
    if not isinstance(value, str) or not value.isascii():
        raise ValueError(f"{shown(value)} is not a month; write it as YYYY-MM, for example 2026-04")
    try:
        parse_month(value)
    except ValueError:
        raise ValueError(f"{shown(value)} is not a month; write it as YYYY-MM, for example 2026-04") from None
    return value


def duration_months(value: object) -> int:
    """Return whole months of a text such as '6 months' or '26 weeks'.

    Weeks become months at 52 weeks to 12 months, rounded to the nearest whole month, halves up, at least one.

    Raises
    ------
    ValueError
        If the value is not a duration with its unit.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{shown(value)} has no unit; write for example '6 months' or '26 weeks'")
    found = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if not found or int(found[1]) == 0:
        raise ValueError(f"{shown(value)} is not a duration; write for example '6 months' or '26 weeks'")
    number = int(found[1])
    if found[2].startswith("month"):
        return number
    # Whole-number arithmetic, so that halves round the same on every machine.
    return max(1, (2 * number * MONTHS_A_YEAR + WEEKS_A_YEAR) // (2 * WEEKS_A_YEAR))


def scenario_name(value: object) -> str:
    """Return the name unchanged, once it can be a folder's name and nothing else.

    Raises
    ------
    ValueError
        If it is not a text of small letters, digits and hyphens.
    """
    if not isinstance(value, str) or not _NAME.match(value):
        note = odd_characters(value) if isinstance(value, str) else ""
        raise ValueError(f"{shown(value)} cannot be a name; write {NAME_RULE}.{note}")
    return value
