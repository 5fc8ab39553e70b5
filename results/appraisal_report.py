"""What a comparison is worth, in the short form that every report has; computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from results.appraisal_tables import cost_table, ratio_table, who_table
from results.appraisal_words import payback_sentence, ratio_sentence, value_sentence, wellbeing_sentence
from results.tables import chart_table

if TYPE_CHECKING:
    from results.charts import Chart
    from results.summary import Headline

SENTENCES = (value_sentence, payback_sentence, ratio_sentence, wellbeing_sentence)
TABLES = (who_table, ratio_table, cost_table)
PREFIX = "savings_"
"""With which the names of its pictures begin."""


def savings_parts(headline: Headline, charts: Sequence[Chart]) -> dict[str, Any]:
    """Return pictures, sentences and tables of what the comparison is worth; empty where nothing was appraised.

    Parameters
    ----------
    headline : Headline
        A comparison.
    charts : sequence of Chart
        All its pictures.
    """
    appraisal = headline.appraisal
    if appraisal is None:
        return {"savings_charts": [], "savings_words": [], "savings_tables": [], "savings_flag": ""}
    drawn = [{"chart": chart, "table": chart_table(chart)} for chart in charts if chart.name.startswith(PREFIX)]
    return {
        "savings_charts": drawn,
        "savings_words": [sentence(appraisal) for sentence in SENTENCES],
        "savings_tables": [table(appraisal) for table in TABLES],
        "savings_flag": appraisal.flag(),
    }
