"""Pictures of a posterior: widths, strongest pairs, waves, drift, ranks, and the TARP curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results import theme
from results.charts import Chart, chart_of
from results.diagnostics import FLAGGED_FROM, Drift, Pair, Ranks, TarpPoint, Width
from results.geography import slug
from results.validation import Validation
from results.validation_words import ROLE_WORDS, signed

if TYPE_CHECKING:
    from pandas import DataFrame

STEP = 24
"""Height of a row of a picture, pixels."""
PLACE_BINS = 10
PER_ROW = 3
"""Small pictures side by side on a wide page."""
SOURCE = "Source: draws of the posterior and of the prior, Workability"


def width_chart(found: Sequence[Width]) -> Chart:
    """Return posterior over prior standard deviation of every parameter, with the line from which one is flagged."""
    import pandas as pd

    rows = pd.DataFrame(
        [
            {"parameter": w.parameter, "ratio": w.ratio, "read": "not informed" if w.is_flagged else "informed"}
            for w in found
        ]
    )
    flagged = sum(w.is_flagged for w in found)
    title = f"The targets inform {len(found) - flagged} of {len(found)} parameters"
    listed = "; ".join(f"{w.parameter}: {w.ratio:.2f}" for w in found)
    alt = f"Bar chart of posterior over prior standard deviation. {title}. {listed}."
    order = list(rows["parameter"])

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        room = width * 2 // 5
        base = alt_.Chart(alt_.NamedData("rows"))
        y = alt_.Y("parameter:N").sort(order).title(None).axis(ticks=False, domain=False, labelLimit=room)
        x = alt_.X("ratio:Q").title("Posterior over prior standard deviation").axis(format=".1f", tickCount=6)
        legend = alt_.Legend(orient="top", title=None, labelFontSize=size)
        scale = alt_.Color("read:N").scale(
            domain=["informed", "not informed"], range=[theme.PALETTE[0], theme.PALETTE[3]]
        )
        bars = base.mark_bar(height={"band": 0.65}).encode(x=x, y=y, color=scale.legend(legend))
        line = alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeDash=[6, 4])
        layers = alt_.layer(bars, line.encode(x=alt_.datum(FLAGGED_FROM)))
        return layers.properties(width=width - room, height=STEP * len(order))

    caption = f"Dashed: {FLAGGED_FROM}, from which the targets say next to nothing of a parameter. {SOURCE}."
    heads = ["Parameter", "Posterior over prior", "Read as"]
    return chart_of("widths", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))


def pair_chart(draws: DataFrame, found: Sequence[Pair]) -> Chart:
    """Return scatters of the strongest pairs of parameters, each in standard deviations from its mean."""
    import pandas as pd

    names = [f"{p.first} × {p.second} ({signed(p.correlation)})" for p in found]
    scaled = (draws - draws.mean()) / draws.std(ddof=1)
    parts = [
        pd.DataFrame({"pair": name, "first": scaled[p.first].to_numpy(), "second": scaled[p.second].to_numpy()})
        for name, p in zip(names, found, strict=True)
    ]
    rows = pd.concat(parts, ignore_index=True).round(3)
    top = found[0]
    title = f"Most tied together: {top.first} and {top.second}, correlation {signed(top.correlation)}"
    alt = f"Scatters of the draws of {len(found)} pairs of parameters. {title}. {'; '.join(names)}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        columns = PER_ROW if width >= theme.WIDE[0] else 1
        side = width // columns - 40
        small = []
        for name, p in zip(names, found, strict=True):
            base = alt_.Chart(alt_.NamedData("rows")).transform_filter(alt_.datum["pair"] == name)
            axis: dict[str, Any] = {"tickCount": 3, "grid": False, "titleFontSize": size - 2, "titleLimit": side}
            points = base.mark_circle(size=14, opacity=0.45, color=theme.PALETTE[0]).encode(
                x=alt_.X("first:Q").title(p.first).axis(**axis).scale(zero=False),
                y=alt_.Y("second:Q").title(p.second).axis(**axis).scale(zero=False),
            )
            heading = alt_.TitleParams(f"correlation {signed(p.correlation)}", fontSize=size, anchor="start")
            small.append(points.properties(width=side, height=side, title=heading))
        return alt_.concat(*small, columns=columns)

    caption = f"Each mark is a draw; axes in standard deviations from the mean. {SOURCE}."
    table = pd.DataFrame(
        [(p.first, p.second, round(p.correlation, 3)) for p in found], columns=["First", "Second", "Correlation"]
    )
    return chart_of("pairs", (title, caption, alt), draw, rows, table)


def place_chart(found: Validation, role: str) -> Chart:
    """Return where published figures lie in their predictions: even where intervals are neither too wide nor narrow."""
    import pandas as pd

    places = [row.place for row in found.of(role)]
    counts = [sum(int(min(place, 0.9999) * PLACE_BINS) == k for place in places) for k in range(PLACE_BINS)]
    labels = [f"{k / PLACE_BINS:.0%} to {(k + 1) / PLACE_BINS:.0%}" for k in range(PLACE_BINS)]
    rows = pd.DataFrame({"place": labels, "figures": counts})
    expected, words = len(places) / PLACE_BINS, ROLE_WORDS[role]
    ends = counts[0] + counts[-1]
    title = (
        f"{ends} of {len(places)} {words} lie in the outer fifth of their prediction, {2 * expected:.0f} are expected"
    )
    listed = "; ".join(f"{label}: {n}" for label, n in zip(labels, counts, strict=True))
    alt = f"Histogram of the share of the prediction below the published figure. {title}. {listed}."
    heads = ["Share of the prediction below the published figure", "Figures"]
    caption = f"Even bars at the dashed line would mean intervals of the right width and no bias. {SOURCE}."
    return histogram(f"places_{role}", (title, caption, alt), rows.set_axis(["label", "n"], axis=1), expected, heads)


def histogram(name: str, texts: tuple[str, str, str], rows: DataFrame, expected: float, heads: Sequence[str]) -> Chart:
    """Return counts by bin as columns with the count that is expected of each.

    Parameters
    ----------
    name, texts : str, tuple of str
        The chart's name; title, caption, alt text.
    rows : DataFrame
        label, n.
    expected : float
        Count of each bin under the law that is tested.
    heads : sequence of str
        What the bins are and what is counted.
    """

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        x = alt_.X("label:N").sort(None).title(heads[0]).axis(labelAngle=-45, ticks=False)
        y = alt_.Y("n:Q").title(heads[1]).axis(tickMinStep=1, tickCount=5)
        bars = base.mark_bar(color=theme.PALETTE[0], width={"band": 0.85}).encode(x=x, y=y)
        line = alt_.Chart(alt_.NamedData("first")).mark_rule(color=theme.INK, strokeDash=[6, 4])
        return alt_.layer(bars, line.encode(y=alt_.datum(expected))).properties(width=width, height=height * 2 // 3)

    return chart_of(name, texts, draw, rows, rows.set_axis(list(heads), axis=1))


def rank_chart(found: Sequence[Ranks]) -> Chart:
    """Return the ranks of all parameters together by bin."""
    import pandas as pd

    n_bins = len(found[0].counts)
    counts = [sum(ranks.counts[k] for ranks in found) for k in range(n_bins)]
    labels = [f"{k / n_bins:.0%} to {(k + 1) / n_bins:.0%}" for k in range(n_bins)]
    even = sum(ranks.is_uniform for ranks in found)
    title = f"The ranks of {even} of {len(found)} parameters may be uniform"
    listed = "; ".join(f"{label}: {n}" for label, n in zip(labels, counts, strict=True))
    alt = f"Histogram of ranks of synthetic truths among posterior draws, all parameters. {title}. {listed}."
    heads = ["Share of the draws below the truth", "Truths, all parameters"]
    caption = f"Even bars at the dashed line would mean a posterior of the right place and width. {SOURCE}."
    rows = pd.DataFrame({"label": labels, "n": counts})
    return histogram("ranks", (title, caption, alt), rows, sum(counts) / n_bins, heads)


def curve_chart(found: Sequence[TarpPoint]) -> Chart:
    """Return the TARP curve with its band."""
    import pandas as pd

    rows = pd.DataFrame([vars(point) for point in found])
    outside = sum(not point.is_inside for point in found)
    title = "The TARP curve stays inside its band" if not outside else "The TARP curve leaves its band"
    alt = f"Line of expected coverage by credibility with a band. {title}: {outside} of {len(found)} points outside."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows")).encode(
            x=alt_.X("credibility:Q").title("Credibility").axis(format=".0%", grid=False)
        )
        y = alt_.Y("coverage:Q").title("Coverage").axis(format=".0%")
        band = base.mark_area(color=theme.GRID).encode(y=alt_.Y("low:Q").title("Coverage"), y2="high:Q")
        line = base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5).encode(y=y)
        return alt_.layer(band, line).properties(width=width, height=height)

    heads = ["Credibility", "Coverage", "Band from", "Band to"]
    caption = f"Shaded: 99% band of a true posterior (Kolmogorov). {SOURCE}."
    return chart_of("tarp", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))


def wave_chart(rows: DataFrame) -> Chart:
    """Return the share of the prior's volume left after each wave of history matching, on a logarithmic axis.

    Parameters
    ----------
    rows : DataFrame
        wave, kept (a share above 0).
    """
    last = rows.iloc[-1]
    title = f"After {len(rows)} waves {last['kept']:.2g} of the prior's space is left"
    listed = "; ".join(f"wave {w:g}: {k:.2g}" for w, k in zip(rows["wave"], rows["kept"], strict=True))
    alt = f"Line of the share of the prior's space left by wave. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows"))
        x = alt_.X("wave:O").title("Wave").axis(labelAngle=0)
        y = alt_.Y("kept:Q").scale(type="log").title("Share left").axis(format=".2~g")
        mark = base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5, point=alt_.OverlayMarkDef(size=70))
        return mark.encode(x=x, y=y).properties(width=width, height=height * 2 // 3)

    caption = f"Logarithmic axis. {SOURCE}."
    return chart_of("waves", (title, caption, alt), draw, rows, rows.set_axis(["Wave", "Share left"], axis=1))


def drift_chart(found: Sequence[Drift], table: DataFrame) -> list[Chart]:
    """Return a picture a stock of its mean and 90% interval by month of a run without policy."""
    return [stock_chart(drift, table[table["state"] == drift.state].sort_values("month")) for drift in found]


def stock_chart(drift: Drift, table: DataFrame) -> Chart:
    """Return one stock's path."""
    rows = table[["month", "mean", "p05", "p95"]].reset_index(drop=True)
    words = drift.state.replace("_", " ")
    change = f"{signed(100 * drift.change)}% in {drift.months} months"
    read = "clear drift" if drift.is_clear else "no clear drift"
    title = f"{words[:1].upper()}{words[1:]}: {change}, {read}"
    alt = f"Line of {words} by month with a 90% band. {title}. From {drift.first:,.0f} to {drift.last:,.0f}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        base = alt_.Chart(alt_.NamedData("rows")).encode(x=alt_.X("month:Q").title("Month").axis(grid=False))
        zoom = alt_.Y("p05:Q").title(None).scale(zero=False).axis(format=",.0f", tickCount=4)
        band = base.mark_area(color=theme.PALETTE[0], opacity=0.25).encode(y=zoom, y2="p95:Q")
        line = base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5).encode(y="mean:Q")
        return alt_.layer(band, line).properties(width=width, height=height // 2)

    caption = f"Residents, baseline without policy; band: 90% of draws. The axis does not begin at zero. {SOURCE}."
    heads = ["Month", "Mean", "5%", "95%"]
    return chart_of(f"drift_{slug(drift.state)}", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))
