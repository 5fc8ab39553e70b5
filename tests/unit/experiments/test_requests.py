"""What may be asked of a study, and how it is refused."""

from __future__ import annotations

import pytest

from experiments.errors import InvalidRequest
from experiments.requests import DRAW_VARIABLE, Request, parse_overrides, parse_sample
from scenarios.schema import MAX_MONTHS


@pytest.mark.parametrize(
    ("text", "k"), [("1:50", 50), ("50", 50), ("0.02", 50), ("1", 1), ("1:1", 1), ("0.001", 1000), ("2:100", 50)]
)
def test_a_sample_may_be_written_in_three_ways(text: str, k: int) -> None:
    assert parse_sample(text) == k


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1:0", "0.3", "1:2000", "nan", "half", "3:10", "1e400", "1:1:1", "inf"]
)
def test_a_sample_that_is_none_of_them_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(InvalidRequest, match="1:50"):
        parse_sample(text)


def test_overrides_are_read_and_repeats_refused() -> None:
    assert parse_overrides(["context=weak-demand", "a.b = c=d"]) == {"context": "weak-demand", "a.b": "c=d"}
    for wrong in (["context"], ["=x"], ["a=1", "a=2"]):
        with pytest.raises(InvalidRequest, match="--set"):
            parse_overrides(wrong)


@pytest.mark.parametrize(
    "options",
    [{"n_seeds": 0}, {"seed": -1}, {"sample": 0}, {"threads": 0}, {"workers": 0}, {"n_draws": 0}, {"draws": (0, 1)}],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        Request("kickstart", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["2036-01", "2099-01", "2024-12", "2026-13", "soon"])
def test_a_start_outside_the_evidence_is_refused_with_the_months_allowed(start: str) -> None:
    with pytest.raises(InvalidRequest, match=f"--start {start}: .*2025-01 to 2035-12"):
        Request("kickstart", start=start)
    assert Request("kickstart", start="2035-12").start == "2035-12"


@pytest.mark.parametrize("months", [MAX_MONTHS + 1, 1000])
def test_the_option_for_months_has_the_limit_of_the_scenario(months: int) -> None:
    with pytest.raises(InvalidRequest, match=f"--months {months}: .* 1 to {MAX_MONTHS}"):
        Request("kickstart", months=months)
    assert Request("kickstart", months=MAX_MONTHS).months == MAX_MONTHS


def test_seed_zero_is_a_seed() -> None:
    assert [t.seed for t in Request("kickstart", n_seeds=2, seed=0).tasks] == [0, 1]


def test_workers_times_threads_stay_within_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.requests.usable_cores", lambda: 8)
    assert Request("kickstart", n_seeds=2).means(most=100) == (1, 8)
    for sample in (1, 50):
        assert Request("kickstart", sample=sample).means(most=100) == (8, 1)
        assert Request("kickstart", sample=sample, workers=2).means(most=100) == (2, 4)
        assert Request("kickstart", sample=sample, workers=2, threads=1).means(most=100) == (2, 1)
        assert Request("kickstart", sample=sample, threads=4).means(most=100) == (2, 4)


@pytest.mark.parametrize(("most", "means"), [(0, (1, 8)), (1, (1, 8)), (3, (3, 2)), (8, (8, 1))])
def test_no_more_processes_than_memory_holds_are_chosen(
    monkeypatch: pytest.MonkeyPatch, most: int, means: tuple[int, int]
) -> None:
    monkeypatch.setattr("experiments.requests.usable_cores", lambda: 8)
    assert Request("kickstart").means(most) == means


def test_the_environment_names_draws_where_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DRAW_VARIABLE, "3,5")
    assert Request("kickstart").draws == (3, 5)
    assert Request("kickstart", draws=(1,)).draws == (1,)
    assert Request("kickstart", n_draws=2).draws is None
    monkeypatch.setenv(DRAW_VARIABLE, "many")
    with pytest.raises(InvalidRequest, match="--draw many"):
        Request("kickstart")
    monkeypatch.delenv(DRAW_VARIABLE)
    assert Request("kickstart").draws is None
