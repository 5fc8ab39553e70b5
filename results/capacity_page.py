"""The page of a question about caseworkers: self-contained, curves with their tables beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results import theme
from results.capacity import MEASURES
from results.capacity_words import figure, headings, notes, number_rows, own_words, people, range_words, stat_in
from results.capacity_words import weeks_words as within
from results.charts import Chart, chart_of
from results.display import share
from results.report import render
from results.tables import chart_table, table_of

Plain = Mapping[str, Any]
STATUS = "Not calibrated"
MEASURED = "{what}, {title}, {months} months from {first}. Source: Workability simulation, referrals held fixed."


def build_page(content: Plain) -> str:
    """Return the page as HTML text; the same content gives the same text."""
    return render("capacity.html", context_of(content))


def context_of(content: Plain) -> dict[str, Any]:
    """Return every value the page's template reads."""
    charts = [time_chart(content), wait_chart(content)]
    queue = content["queue"]
    queue_charts = (
        []
        if queue is None
        else [
            bar_chart(content, "waits", "Waits that ended", "Share of waits"),
            bar_chart(content, "use", "Share of places in use", "Share of time"),
        ]
    )
    sections = [("answer", "The answer"), ("curve", "The curve"), ("table", "Every number"), ("check", "Full run")]
    sections += [("queue", "Client by client")] if queue else []
    sections += [("method", "How it is counted"), ("again", "Reproduce")]
    return {
        "title": f"How many caseworkers: {content['title']}",
        "subtitle": (
            f"{content['scenario_title']} ({content['scenario']}), {content['n_months']} months from "
            f"{content['first_month']}, {content['n_seeds']} seed(s)."
        ),
        "status": f"{STATUS}.",
        "caveats": notes(content),
        "sections": sections,
        "cards": cards_of(content),
        "answer": content["answer"],
        "check_words": content["check_words"],
        "charts": [{"chart": chart, "table": chart_table(chart)} for chart in charts],
        "table": table_of(
            "What each number of caseworkers does, with 90% intervals",
            headings(content), number_rows(content), range(1, 2 + len(MEASURES)),
        ),
        "queue": queue_words(content),
        "queue_charts": [{"chart": chart, "table": chart_table(chart)} for chart in queue_charts],
        "measures": [(measure.heading, f"{measure.what}.") for measure in MEASURES.values()],
        "caseload": f"{content['caseload']:,.4g}",
        "caseworkers": people(content["caseworkers"]),
        "command": content["command"],
        "run_id": content["run_id"],
    }  # fmt: skip


def cards_of(content: Plain) -> list[dict[str, str]]:
    """Return the headline cards: label, value, range."""
    number, now = content["number"], content["as_it_is"]
    wanted = f"to start {share(content['share'])} within {within(content['weeks'])}"
    cards = [
        {
            "label": "Caseworkers needed",
            "value": "none found" if number is None else f"{number:,}",
            "range": wanted if number is None else f"{wanted}{range_words(content)}",
        },
        {
            "label": f"Started within {within(content['weeks'])} as it is",
            "value": figure(stat_in(now, "in_time"), "share", interval=False),
            "range": f"with {own_words(content)} caseworkers",
        },
        {
            "label": "Mean wait as it is, days",
            "value": figure(stat_in(now, "mean_days"), "days", interval=False),
            "range": f"nine in ten at most {figure(stat_in(now, 'p90_days'), 'days', interval=False)}",
        },
    ]
    if content["check"] is not None:
        cards.append(
            {
                "label": f"Full run with {people(number)}",
                "value": figure(stat_in(content["check"], "in_time"), "share", interval=False),
                "range": f"start within {within(content['weeks'])}",
            }
        )
    return cards


def _caption(content: Plain, what: str) -> str:
    text = MEASURED.format(what=what, title=content["title"], months=content["n_months"], first=content["first_month"])
    return text if content["n_seeds"] < 2 else f"{text} Band: 90% interval over {content['n_seeds']} seeds."


def time_chart(content: Plain) -> Chart:
    """Return the share that starts in time by number of caseworkers, with the share wanted."""
    import pandas as pd

    rows = pd.DataFrame([{"caseworkers": r["caseworkers"], **_ends(r, "in_time", 1.0)} for r in content["rows"]])
    title = content["answer"].partition(";")[0]
    listed = "; ".join(f"{n:,}: {share(v)}" for n, v in zip(rows["caseworkers"], rows["mean"], strict=True))
    alt = f"Line chart of the share that starts within {within(content['weeks'])} by caseworkers. {listed}."
    wanted, own = content["share"], sum(content["own"]) / 2

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        x = alt_.X("caseworkers:Q").title("Caseworkers").axis(grid=False, format=",.0f").scale(zero=True)
        y = alt_.Y("mean:Q").title(None).axis(format=".0%", tickCount=5).scale(domain=[0, 1])
        base = alt_.Chart(alt_.NamedData("rows")).encode(x=x)
        one = alt_.Chart(alt_.NamedData("first"))
        layers = []
        if content["n_seeds"] > 1:
            band = base.mark_area(color=theme.PALETTE[0], opacity=0.25)
            layers.append(band.encode(y=alt_.Y("p05:Q").title(None), y2="p95:Q"))
        layers += [
            base.mark_line(color=theme.PALETTE[0], strokeWidth=2.5, point=alt_.OverlayMarkDef(size=45)).encode(y=y),
            one.mark_rule(color=theme.PALETTE[2], strokeDash=[6, 4], strokeWidth=1.5).encode(y=alt_.datum(wanted)),
            one.mark_text(align="right", baseline="bottom", dy=-3, fontSize=size, color=theme.PALETTE[2]).encode(
                x=alt_.value(width), y=alt_.datum(wanted), text=alt_.value(f"wanted: {share(wanted)}")
            ),
            one.mark_rule(color=theme.INK, strokeDash=[2, 3]).encode(x=alt_.datum(own)),
            one.mark_text(align="left", baseline="bottom", dx=5, dy=-4, fontSize=size, color=theme.INK).encode(
                x=alt_.datum(own), y=alt_.datum(0), text=alt_.value(f"as it is: {own_words(content)}")
            ),
        ]
        return alt_.layer(*layers).properties(width=width, height=height)

    caption = _caption(content, f"Share of referrals that start within {within(content['weeks'])}")
    heads = ["Caseworkers", f"Started within {within(content['weeks'])}", "5%", "95%"]
    return chart_of("capacity_in_time", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))


def wait_chart(content: Plain) -> Chart:
    """Return the mean wait and what nine in ten do not exceed, by number of caseworkers."""
    import pandas as pd

    series = {"mean_days": "mean wait", "p90_days": "nine in ten wait at most"}
    rows = pd.DataFrame(
        [
            {"caseworkers": r["caseworkers"], "series": words, **_ends(r, name)}
            for name, words in series.items()
            for r in content["rows"]
            if r[name]["mean"] is not None
        ],
        columns=["caseworkers", "series", "mean", "p05", "p95"],
    )
    now = stat_in(content["as_it_is"], "mean_days")
    title = f"As it is, those who start have waited {figure(now, 'days')} days on average"
    listed = "; ".join(
        f"{n:,} caseworkers, {words}: {v:,.0f} days"
        for n, words, v in zip(rows["caseworkers"], rows["series"], rows["mean"], strict=True)
    )
    alt = f"Line chart of waits in days by caseworkers. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        names = list(series.values())
        x = alt_.X("caseworkers:Q").title("Caseworkers").axis(grid=False, format=",.0f").scale(zero=True)
        legend = alt_.Legend(orient="top", direction="vertical", title=None, labelFontSize=size, symbolSize=300)
        colour = alt_.Color("series:N").scale(domain=names, range=[theme.PALETTE[0], theme.PALETTE[3]])
        dash = alt_.StrokeDash("series:N").scale(domain=names, range=[[1, 0], [6, 4]])
        base = alt_.Chart(alt_.NamedData("rows")).encode(x=x, color=colour.legend(legend))
        layers = []
        if content["n_seeds"] > 1:
            layers.append(base.mark_area(opacity=0.2).encode(y=alt_.Y("p05:Q").title("Days"), y2="p95:Q"))
        line = base.mark_line(strokeWidth=2.5).encode(y=alt_.Y("mean:Q").title("Days").axis(format=",.0f"))
        layers.append(line.encode(strokeDash=dash.legend(legend)))
        return alt_.layer(*layers).properties(width=width - 20, height=height)

    heads = ["Caseworkers", "Wait", "Days", "5%", "95%"]
    caption = _caption(content, "Days from referral to start, of those who started")
    return chart_of("capacity_waits", (title, caption, alt), draw, rows, rows.set_axis(heads, axis=1))


def bar_chart(content: Plain, name: str, what: str, heading: str) -> Chart:
    """Return a distribution of the client-by-client run as bars.

    Parameters
    ----------
    content : Plain
        The answer.
    name : str
        `waits` or `use`.
    what : str
        What is distributed.
    heading : str
        What the bars are shares of.
    """
    import pandas as pd

    pairs: Sequence[tuple[str, float]] = content["queue"][name]
    rows = pd.DataFrame(pairs, columns=["label", "share"])
    top = max(pairs, key=lambda pair: pair[1])
    title = f"{what}, most often: {top[0]} ({share(top[1])})"
    listed = "; ".join(f"{label}: {share(value)}" for label, value in pairs)
    alt = f"Bar chart. {title}. {listed}."

    def draw(width: int, height: int, size: int) -> Any:
        import altair as alt_

        y = alt_.Y("label:N").sort(None).title(None).axis(ticks=False, domain=False)
        x = alt_.X("share:Q").title(heading).axis(format=".0%", tickCount=5)
        bars = alt_.Chart(alt_.NamedData("rows")).mark_bar(color=theme.PALETTE[0], height={"band": 0.7})
        step = max(20, size * 2)
        return bars.encode(x=x, y=y).properties(width=width - 110, height=step * len(rows))

    caption = (
        f"{what}, {people(content['queue']['number'])}, {content['title']}. Source: monitors of the simulated desk."
    )
    table = rows.set_axis([what, heading], axis=1)
    return chart_of(f"capacity_{name}", (title, caption, alt), draw, rows, table)


def queue_words(content: Plain) -> str:
    """Return the client-by-client run in a few sentences, empty where there is none."""
    queue = content["queue"]
    if queue is None:
        return ""
    days, use = queue["wait_days"], queue["mean_use"]
    text = f"The same referrals, served client by client by {people(queue['number'])}: {queue['n_waits']:,} waits ended"
    text += " in a start or in giving up"
    if days:
        text += (
            f", after {days['mean']:,.1f} days on average (standard deviation {days['sd']:,.1f}), half within "
            f"{days['median']:,.0f}, nine in ten within {days['p90']:,.0f} and 95% within {days['p95']:,.0f}"
        )
    used = "" if use is None else f" On average {share(use)} of the places were in use."
    return f"{text}. Every client starts on the same day as in the replay.{used}"


def _ends(row: Plain, name: str, most: float = float("inf")) -> dict[str, float | None]:
    """Return mean and interval of a measure, kept within what can be."""
    return {
        key: None if row[name][key] is None else min(most, max(0.0, row[name][key])) for key in ("mean", "p05", "p95")
    }
