"""Turning what a YAML file says into sources, parameters, unit costs and targets; regions are read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evidence import known, loading
from evidence.errors import EvidenceError
from evidence.model import Parameter, Source, Target, UnitCost, Value

SOURCE_REQUIRED = ("title", "publisher", "date", "licence", "retrieved")
SOURCE_OPTIONAL = ("table", "url")
PARAMETER_REQUIRED = ("value", "unit", "source", "confidence")
PARAMETER_OPTIONAL = ("interval_95", "interval_ratio_95", "distribution", "date", "covers", "note", "by", "also")
TARGET_REQUIRED = ("period", "se", "unit", "role", "source", "confidence")
TARGET_OPTIONAL = ("name", "measure", "area", "value", "over", "values", "note")
TARGET_AXES = ("place", "period", "band")
COST_REQUIRED = ("title", "value", "unit", "price_year", "source", "confidence")


def read_sources(root: Path, path: Path) -> dict[str, Source]:
    """Return the publications of one `sources.yaml` by id."""
    file = loading.show(root, path)
    found: dict[str, Source] = {}
    for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, name)
        loading.check_keys(entry, file, name, SOURCE_REQUIRED, SOURCE_OPTIONAL)
        fields = {key: loading.text(entry, key, file, name) for key in (*SOURCE_REQUIRED, *SOURCE_OPTIONAL)}
        found[name] = Source(id=name, **fields)
    return found


def check_source(source: str, known_sources: Mapping[str, Source], file: str, key: str) -> str:
    """Return the id if a publication of that id exists.

    Parameters
    ----------
    source
        The id found.
    known_sources
        All publications by id.
    file, key
        Where the id stands, for the message.
    """
    if source not in known_sources:
        hint = loading.nearest(source, known_sources)
        message = f"source '{source}' is in no sources.yaml; add an entry there or correct the id.{hint}"
        raise EvidenceError(file, key, message)
    return source


def check_grade(confidence: str, source: str, file: str, key: str) -> str:
    """Return the grade of confidence if it is known and `assumption` is both grade and source, or neither.

    Parameters
    ----------
    confidence, source
        What was found.
    file, key
        Where they stand, for the message.
    """
    loading.one_of(confidence, known.CONFIDENCES, file, f"{key}.confidence")
    if (confidence == known.ASSUMPTION) != (source == known.ASSUMPTION) and confidence != known.DEFINITION:
        message = f"confidence is '{confidence}' and source '{source}'; an assumption has both, other values neither"
        raise EvidenceError(file, f"{key}.confidence", message)
    return confidence


def numbers(value: Value) -> list[float]:
    """Return all numbers of a value, whatever its nesting; texts are left out."""
    if isinstance(value, tuple):
        return [number for item in value for number in numbers(item)]
    return [] if isinstance(value, str) else [value]


def check_interval(value: Value, interval: Value, file: str, key: str) -> None:
    """Raise an EvidenceError unless the interval is ordered and contains the value.

    An interval is one pair, or for a tuple of values a tuple of pairs of the same shape.

    Parameters
    ----------
    value, interval
        What was found.
    file, key
        Where they stand, for the message.
    """
    if not isinstance(interval, tuple):
        raise EvidenceError(file, key, f"found {interval!r}; write [lower, upper]")
    if any(isinstance(item, tuple) for item in interval):
        if not isinstance(value, tuple) or len(value) != len(interval):
            raise EvidenceError(file, key, "has another shape than the value; give one pair, or one pair per element")
        for position, (part, pair) in enumerate(zip(value, interval, strict=True)):
            check_interval(part, pair, file, f"{key}[{position}]")
        return
    if len(interval) != 2 or any(isinstance(item, str) for item in interval):
        raise EvidenceError(file, key, f"found {list(interval)}; write [lower, upper]")
    lower, upper = numbers(interval)
    if lower > upper:
        raise EvidenceError(file, key, f"lower {lower} is above upper {upper}; swap them")
    outside = [number for number in numbers(value) if not lower <= number <= upper]
    if outside:
        raise EvidenceError(file, key, f"[{lower}, {upper}] does not contain {outside[0]}; widen it or mend the value")


def _axes(raw: object, value: Value, file: str, key: str) -> tuple[str, ...]:
    """Return the names of a list's axes after checking that the list is as deep as they say and rectangular."""
    if raw is None:
        return ()
    names = tuple(str(name) for name in loading.sequence(raw, file, f"{key}.by"))
    level: list[Value] = [value]
    for name in names:
        lengths = {len(item) if isinstance(item, tuple) else 0 for item in level}
        if len(lengths) != 1 or 0 in lengths:
            raise EvidenceError(file, f"{key}.by", f"the value has no even axis '{name}'; give one list per step of it")
        level = [part for item in level if isinstance(item, tuple) for part in item]
    if any(isinstance(item, tuple) for item in level):
        raise EvidenceError(file, f"{key}.by", f"the value is nested deeper than the axes {', '.join(names)}; name all")
    return names


def _spread(
    entry: Mapping[str, object], value: Value, confidence: str, file: str, key: str
) -> tuple[Value | None, tuple[float, float] | None]:
    """Return the checked interval and the checked interval of a common multiplier, None where absent."""
    interval = ratio = None
    if entry.get("interval_95") is not None:
        interval = loading.value(entry["interval_95"], file, f"{key}.interval_95")
        check_interval(value, interval, file, f"{key}.interval_95")
    if entry.get("interval_ratio_95") is not None:
        pair = loading.value(entry["interval_ratio_95"], file, f"{key}.interval_ratio_95")
        check_interval(1, pair, file, f"{key}.interval_ratio_95")
        lower, upper = numbers(pair)
        ratio = (lower, upper)
    if interval is not None and ratio is not None:
        raise EvidenceError(file, f"{key}.interval_ratio_95", "stands beside interval_95; keep one of them")
    if confidence == known.ASSUMPTION and numbers(value) and interval is None and ratio is None:
        raise EvidenceError(file, f"{key}.interval_95", "is missing; an assumption needs a wide interval")
    return interval, ratio


def read_parameter(
    entry: Mapping[str, object],
    name: str,
    sources: Mapping[str, Source],
    file: str,
    key: str,
    interval_required: bool = True,
) -> Parameter:
    """Return one checked parameter.

    Parameters
    ----------
    entry
        The mapping as read.
    name
        Its name.
    sources
        All publications by id.
    file, key
        Where it stands, for messages.
    interval_required
        True for measured values, which need an interval; False for rates that are law.
    """
    loading.check_keys(entry, file, key, PARAMETER_REQUIRED, PARAMETER_OPTIONAL)
    text = {
        field: loading.text(entry, field, file, key)
        for field in ("unit", "source", "confidence", "distribution", "date", "covers", "note")
    }
    value = loading.value(entry["value"], file, f"{key}.value")
    check_source(text["source"], sources, file, f"{key}.source")
    also = tuple(str(item) for item in loading.sequence(entry.get("also") or (), file, f"{key}.also"))
    for item in also:
        check_source(item, sources, file, f"{key}.also")
    confidence = check_grade(text["confidence"], text["source"], file, key)
    interval, ratio = _spread(entry, value, confidence, file, key)
    if interval_required and numbers(value) and confidence != known.DEFINITION and interval is None and ratio is None:
        message = "is missing; give [lower, upper] (the prior's width), or mark a code or threshold as a definition"
        raise EvidenceError(file, f"{key}.interval_95", message)
    varies = interval is not None or ratio is not None
    distribution = text["distribution"] or ("normal" if varies else "fixed")
    loading.one_of(distribution, known.DISTRIBUTIONS, file, f"{key}.distribution")
    return Parameter(
        name=name,
        value=value,
        unit=loading.unit(text["unit"], file, f"{key}.unit"),
        interval_95=interval,
        distribution=distribution,
        source=text["source"],
        date=text["date"] or sources[text["source"]].date,
        covers=text["covers"],
        confidence=confidence,
        note=text["note"],
        by=_axes(entry.get("by"), value, file, key),
        interval_ratio_95=ratio,
        also=also,
    )


def read_parameters(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, Parameter]:
    """Return the parameters of one process file by name."""
    file = loading.show(root, path)
    entries = loading.mapping(loading.read_yaml(root, path), file, "")
    return {
        name: read_parameter(loading.mapping(raw, file, name), name, sources, file, name)
        for name, raw in entries.items()
    }


def read_rules(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, dict[str, Parameter]]:
    """Return the rates of one financial year by group and name; the law needs no interval, an assumption does."""
    file = loading.show(root, path)
    groups = loading.mapping(loading.read_yaml(root, path), file, "")
    return {
        group: {
            name: read_parameter(
                loading.mapping(raw, file, f"{group}.{name}"), name, sources, file, f"{group}.{name}", False
            )
            for name, raw in loading.mapping(entries, file, group).items()
        }
        for group, entries in groups.items()
    }


def read_unit_costs(root: Path, path: Path, sources: Mapping[str, Source]) -> dict[str, UnitCost]:
    """Return the unit costs of a file by name; what the agencies bear must not exceed the cost."""
    file = loading.show(root, path)
    costs: dict[str, UnitCost] = {}
    for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, name)
        loading.check_keys(entry, file, name, COST_REQUIRED, ("agencies", "note"))
        text = {
            field: loading.text(entry, field, file, name)
            for field in ("title", "unit", "price_year", "source", "confidence", "note")
        }
        check_source(text["source"], sources, file, f"{name}.source")
        check_grade(text["confidence"], text["source"], file, name)
        loading.unit(text["unit"], file, f"{name}.unit")
        agencies = {
            agency: float(loading.number(share, file, f"{name}.agencies.{agency}"))
            for agency, share in loading.mapping(entry.get("agencies") or {}, file, f"{name}.agencies").items()
        }
        value = float(loading.number(entry["value"], file, f"{name}.value"))
        if sum(agencies.values()) > value + 1:  # published parts are rounded to the pound
            raise EvidenceError(file, f"{name}.agencies", f"sum to {sum(agencies.values())}, above the cost of {value}")
        costs[name] = UnitCost(name=name, value=value, agencies=agencies, **text)
    return costs


def _target_entries(raw: object, file: str) -> list[tuple[str, Mapping[str, object]]]:
    """Return names and entries of a targets file: a mapping of names, or a list; an entry's own `name` goes first."""
    if isinstance(raw, Mapping) and set(raw) == {"targets"}:
        raw = raw["targets"]
    if isinstance(raw, (list, tuple)):
        listed = [loading.mapping(item, file, f"targets[{position}]") for position, item in enumerate(raw)]
        named = [(loading.text(item, "name", file, "targets"), item) for item in listed]
    else:
        keyed = {key: loading.mapping(item, file, key) for key, item in loading.mapping(raw, file, "").items()}
        named = [(loading.text(item, "name", file, key) or key, item) for key, item in keyed.items()]
    for position, (name, _) in enumerate(named):
        if not name:
            raise EvidenceError(file, f"targets[{position}].name", "is missing; add it")
    return named


def read_targets(root: Path, path: Path, sources: Mapping[str, Source], areas: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets of one region.

    Parameters
    ----------
    root
        The evidence folder.
    path
        The region's `targets.yaml`.
    sources
        All publications by id.
    areas
        Names that an area may have: the region, its groups and its Places.
    """
    file = loading.show(root, path)
    targets: dict[str, Target] = {}
    stated: dict[tuple[str, ...], str] = {}
    for name, entry in _target_entries(loading.read_yaml(root, path), file):
        for target in _expand(name, entry, sources, areas, file):
            if target.name in targets:
                raise EvidenceError(file, target.name, "the target is stated twice; keep one or rename it")
            first = stated.setdefault((target.measure, target.area, target.period, target.source), target.name)
            if first != target.name:
                message = f"says what '{first}' says: same measure, area, period and source; keep one of the two"
                raise EvidenceError(file, target.name, message)
            targets[target.name] = target
    return tuple(targets.values())


def target_name(name: str, over: str, area: str, label: str) -> str:
    """Return the name of one target of an entry.

    Parameters
    ----------
    name
        The entry's own name.
    over
        The axis that the entry has values over; empty if it has one value.
    area
        The entry's area.
    label
        The step of the axis: a Place, a period or a band.
    """
    if over in ("place", "band"):
        return f"{name}[{label}]"
    if over == "period":
        return f"{name}[{label}]" if area == known.REGION else f"{name}[{area}, {label}]"
    return name


def _expand(
    name: str, entry: Mapping[str, object], sources: Mapping[str, Source], areas: Sequence[str], file: str
) -> list[Target]:
    """Return the targets of one entry: one, or one per Place, period or band."""
    several = "over" in entry or "values" in entry
    per_period = entry.get("over") == "period"
    required = [field for field in TARGET_REQUIRED if not (per_period and field == "period")]
    required += ["over", "values"] if several else ["area", "value"]
    optional = [field for field in (*TARGET_REQUIRED, *TARGET_OPTIONAL) if field not in required]
    loading.check_keys(entry, file, name, required, optional)
    over = loading.text(entry, "over", file, name)
    cells: Mapping[str, object] = {"": entry.get("value")}
    if several:
        loading.one_of(over, TARGET_AXES, file, f"{name}.over")
        raw_cells = entry["values"]
        if isinstance(raw_cells, Mapping):  # YAML reads the label of a whole year as a number
            raw_cells = {str(label): cell for label, cell in raw_cells.items()}
        cells = loading.mapping(raw_cells, file, f"{name}.values")
    measure = loading.text(entry, "measure", file, name) or name
    area = loading.text(entry, "area", file, name) or known.REGION
    found = []
    for label, raw in cells.items():
        full = target_name(name, over, area, label)
        se = entry["se"]
        if isinstance(se, Mapping):
            if label not in se:
                raise EvidenceError(file, f"{name}.se.{label}", "is missing; give a standard error for each value")
            se = se[label]
        found.append(
            _target(
                full,
                f"{measure}[{label}]" if over == "band" else measure,
                label if over == "place" else area,
                label if per_period else loading.text(entry, "period", file, name),
                (loading.number(raw, file, f"{full}.value"), loading.number(se, file, f"{full}.se")),
                {key: loading.text(entry, key, file, name) for key in ("unit", "role", "source", "confidence", "note")},
                (sources, areas, file),
            )
        )
    return found


def _target(
    name: str,
    measure: str,
    area: str,
    period: str,
    value_and_se: tuple[float, float],
    text: Mapping[str, str],
    context: tuple[Mapping[str, Source], Sequence[str], str],
) -> Target:
    """Return one target after checking its words, its source and that its standard error is above zero."""
    sources, areas, file = context
    value, se = value_and_se
    if se <= 0:
        raise EvidenceError(file, f"{name}.se", f"found {se}; a standard error is above 0, in the unit of the value")
    most = 100.0 if text["unit"].split(" ")[0] in ("percent", "percentage") else float("inf")
    least = -100.0 if text["unit"].startswith("percentage") else 0.0
    if not least <= value <= most:
        allowed = f"from {least:g} to {most:g}" if most < float("inf") else "of 0 or more"
        raise EvidenceError(file, f"{name}.value", f"found {value:g}; in {text['unit']} write a number {allowed}")
    loading.one_of(measure, known.MEASURES, file, f"{name}.measure")
    loading.one_of(area, areas, file, f"{name}.area")
    loading.one_of(text["role"], known.ROLES, file, f"{name}.role")
    loading.unit(text["unit"], file, f"{name}.unit")
    check_source(text["source"], sources, file, f"{name}.source")
    check_grade(text["confidence"], text["source"], file, name)
    return Target(name=name, measure=measure, area=area, period=period, value=float(value), se=float(se), **text)
