"""What a published evaluation says of the parameters that no figure of a run without policy sees.

The evaluation is run again under some draws of the posterior, with the parameters of policy spread over their prior.
From these runs its figures are learnt as smooth functions, and every draw gets its parameters of policy anew, from
prior times likelihood of the figures given that draw's other parameters. This is a cut: the evaluation is heard only
on what nothing else sees, so that no figure of a run without policy moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.linear_model import BayesianRidge
from threadpoolctl import threadpool_limits

from calibration.emulator import features
from calibration.evaluation_runs import EVALUATED_SEED, EVALUATION
from calibration.replications import REPLICATIONS, STARTED, number
from calibration.verdicts import UPPER, Prediction, error_of, verdict
from evidence.model import Parameter

Floats = NDArray[np.float64]
DISCREPANCY = "fjf_discrepancy"
LEAST_RUNS = 60
"""Runs with participants below which nothing is learnt from them."""
MOST_OTHERS = 4
"""Parameters beside those of policy that a figure may depend on; a fifth found among some forty is mostly chance."""
FOLDS = 5
CANDIDATES = 1000
"""Places of the prior among which a draw's parameters of policy are chosen."""
COLUMNS = ("name", "figure", "role", "observed", "se", "discrepancy", "unit", "emulator_error", "explained",
           "prior_mean", "prior_p05", "prior_p95", "mean", "p05", "p95", "n_draws", "n_runs", "n_unreachable",
           "participants", "verdict", "period", "source", "note")  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A figure as a function of parameters: straight lines and squares, in those of policy and in few others.

    `others`: columns of the other parameters; `line`: over both; `error`: how far the function may be from what the
    model gives in expectation, in the unit of the figure; `explained`: share of the runs' variance on runs left out,
    chance included.
    """

    others: tuple[int, ...]
    line: BayesianRidge
    n_policy: int
    error: float
    explained: float

    def parts(self, policy: Floats, others: Floats) -> tuple[Floats, Floats]:
        """Return what the parameters of policy give, shape (n,), and what all others add, shape (m,).

        Parameters
        ----------
        policy : on the standard scale, shape (n, parameters of policy).
        others : shape (m, other parameters).
        """
        k, chosen = self.n_policy, others[:, list(self.others)]
        slopes, total = np.asarray(self.line.coef_, float), k + chosen.shape[1]
        mine = np.r_[0:k, total : total + k]
        theirs = np.r_[k:total, total + k : 2 * total]
        return features(policy) @ slopes[mine] + float(self.line.intercept_), features(chosen) @ slopes[theirs]


def learn(policy: Floats, others: Floats, y: Floats, n: Floats, sd: Floats) -> Answer:
    """Return a figure as a function of parameters, from runs whose chance falls with their participants.

    Parameters
    ----------
    policy, others : parameters on the standard scale, shapes (runs, parameters).
    y : the figure, shape (runs,).
    n : participants, shape (runs,).
    sd : a participant's own spread, shape (runs,).
    """
    with threadpool_limits(1):  # the matrices are small: threads of theirs would only wait for each other
        return _learn(policy, others, y, n, sd)


def _learn(policy: Floats, others: Floats, y: Floats, n: Floats, sd: Floats) -> Answer:
    chosen: tuple[int, ...] = ()
    least = _left_out(policy, y, n)
    while len(chosen) < MOST_OTHERS:
        trials = {
            k: _left_out(np.column_stack([policy, others[:, [*chosen, k]]]), y, n)
            for k in range(others.shape[1])
            if k not in chosen
        }
        best = min(trials, key=lambda k: trials[k])
        if trials[best] >= least:
            break
        chosen, least = (*chosen, best), trials[best]
    x = features(np.column_stack([policy, others[:, list(chosen)]]))
    line = BayesianRidge().fit(x, y, sample_weight=n / n.mean())
    # With weights by participants, chance adds to the mean square what it adds to a run of average size.
    chance = float(n @ sd**2 / n.sum()) / float(n.mean())
    spread = float(n @ (y - n @ y / n.sum()) ** 2 / n.sum())
    centred = x - x.mean(axis=0)
    slopes = float(np.mean(np.einsum("ij,jk,ik->i", centred, line.sigma_, centred))) + chance / len(y)
    return Answer(chosen, line, policy.shape[1], float(np.sqrt(max(least - chance, slopes))), 1.0 - least / spread)


def _left_out(x: Floats, y: Floats, n: Floats) -> float:
    """Return the mean square error on runs left out, weighted by participants."""
    seen, fold = features(x), np.arange(len(y)) % FOLDS
    error = np.zeros(len(y))
    for k in range(FOLDS):
        rest = fold != k
        line = BayesianRidge().fit(seen[rest], y[rest], sample_weight=n[rest] / n[rest].mean())
        error[~rest] = y[~rest] - line.predict(seen[~rest])
    return float(n @ error**2 / n.sum())


@dataclass(frozen=True)
class Informed:
    """What was learnt: the parameters of policy of every draw anew, and the figures before and after.

    `policy`: shape (draws, parameters of policy), on the standard scale; `table`: COLUMNS, a row a figure, empty where
    too few runs said anything; `facts`: what of it belongs with the posterior's facts.
    """

    policy: Floats
    table: pd.DataFrame
    facts: Mapping[str, object]


def inform(
    policy: Floats, others: Floats, rows: pd.DataFrame, published: Mapping[str, Parameter], reach: float, seed: int
) -> Informed:
    """Return the parameters of policy of every draw, given its other parameters and the published figures.

    Parameters
    ----------
    policy, others : of all draws on the standard scale, those of policy as drawn from their prior.
    rows : from `EvaluationWork`, of the first draws.
    published : figures by name.
    reach : standard deviations that the prior reaches.
    seed : of the fit.
    """
    figures, n_rows = REPLICATIONS[EVALUATION].figures, len(rows)
    used = np.flatnonzero(rows[STARTED].to_numpy(float) > 1.0)
    facts: dict[str, object] = {
        "evaluation": EVALUATION,
        "runs": n_rows,
        "runs with participants": len(used),
        "runs whose market is out of reach": int((rows["reached"] == 0.0).sum()),
        "participants": int(rows[STARTED].sum()),
    }
    if len(used) < LEAST_RUNS:
        return Informed(policy, pd.DataFrame(columns=list(COLUMNS)), facts)
    told = rows.iloc[used]
    n = told[STARTED].to_numpy(float)
    answers = [
        learn(policy[used], others[used], told[figure].to_numpy(float), n, told[f"{figure}.sd"].to_numpy(float))
        for figure in figures
    ]
    observed = np.array([number(published[figure]) for figure in figures])
    apart = number(published[DISCREPANCY]) * np.abs(observed)
    se = np.array([error_of(published[figure]) for figure in figures])
    errors = np.sqrt(se**2 + apart**2 + np.array([answer.error for answer in answers]) ** 2)
    found, effective = _chosen(answers, policy.shape[1], others, observed, errors, reach, seed)
    before, after = (_expected(answers, places, others) for places in (policy, found))
    facts |= {
        "share explained of runs left out, chance included": [round(answer.explained, 3) for answer in answers],
        "error of the emulators, percentage points": [round(answer.error, 2) for answer in answers],
        "effective share of candidates, mean and least": [round(float(f(effective)), 3) for f in (np.mean, np.min)],
        "spread of the parameters of policy over their prior's": [
            round(float(x), 3) for x in found.std(axis=0) / policy.std(axis=0)
        ],
    }
    table = pd.DataFrame(
        [
            _row(figure, published[figure], float(apart[k]), answers[k], (before[:, k], after[:, k]), facts)
            for k, figure in enumerate(figures)
        ],
        columns=list(COLUMNS),
    )
    return Informed(found, table, facts)


def _expected(answers: Sequence[Answer], policy: Floats, others: Floats) -> Floats:
    """Return expected figures of draws, shape (draws, figures); `others` may be one row for all of them."""
    parts = (answer.parts(policy, others) for answer in answers)
    return np.stack([mine + theirs for mine, theirs in parts], axis=1)


def _chosen(
    answers: Sequence[Answer], k: int, others: Floats, observed: Floats, errors: Floats, reach: float, seed: int
) -> tuple[Floats, Floats]:
    """Return parameters of policy of every draw, shape (draws, k), and the effective share of each one's candidates.

    A draw has candidates of its own from the prior; one of them is taken with a chance that is its likelihood's share.
    """
    rng = np.random.default_rng([seed, EVALUATED_SEED])
    found, effective = np.zeros((len(others), k)), np.zeros(len(others))
    for j, draw in enumerate(others):
        candidates = np.clip(rng.standard_normal((CANDIDATES, k)), -reach, reach)
        apart = (_expected(answers, candidates, draw[None]) - observed) / errors
        logs = -0.5 * np.sum(apart**2, axis=1)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        place = np.searchsorted(np.cumsum(weights), rng.random(), side="right")
        found[j] = candidates[min(int(place), CANDIDATES - 1)]
        effective[j] = 1.0 / float(weights @ weights) / CANDIDATES
    return found, effective


def _row(
    figure: str, published: Parameter, apart: float, answer: Answer, draws: tuple[Floats, Floats],
    facts: Mapping[str, object],
) -> tuple[Any, ...]:  # fmt: skip
    """Return the row of a figure: observed, and what draws before and after give, the emulator's error put in."""
    own = float(ndtri(UPPER)) * answer.error
    bands = []
    for values in draws:
        low, mean, high = (float(x) for x in (*np.quantile(values, [1.0 - UPPER]), values.mean(),
                                              *np.quantile(values, [UPPER])))  # fmt: skip
        bands.append((mean, mean - float(np.hypot(mean - low, own)), mean + float(np.hypot(high - mean, own))))
    n_draws, (mean, low, high) = len(draws[1]), bands[1]
    observed, se = number(published), error_of(published)
    found = Prediction(mean, low, high, max(mean - low, high - mean), 0.0, n_draws, n_draws)
    return (
        EVALUATION, figure, REPLICATIONS[EVALUATION].role, observed, se, apart, published.unit, answer.error,
        answer.explained, *bands[0], mean, low, high, n_draws, facts["runs with participants"],
        facts["runs whose market is out of reach"], facts["participants"],
        verdict(observed, float(np.hypot(se, apart)), found), published.date, published.source, published.note,
    )  # fmt: skip
