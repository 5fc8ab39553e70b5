"""The first run compiles in processes beside it; later runs, and machines of one core, start none."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import first_compile
from experiments.first_compile import compile_month, compile_payments, compiled_alongside


class Beside:
    """Stands for the processes beside a run and notes what is done to them."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, work: str, region: str) -> Any:
        heard, name = self.heard, f"{work} {region}"
        heard.append(f"start {name}")

        class Noted:
            def wait(self) -> None:
                heard.append(f"join {name}")

            def terminate(self) -> None:
                heard.append(f"end {name}")

        return Noted()


def prepared(monkeypatch: pytest.MonkeyPatch, *, is_compiled: bool, cores: int) -> Beside:
    beside = Beside()
    monkeypatch.setattr(first_compile, "is_compiled", lambda: is_compiled)
    monkeypatch.setattr(first_compile, "usable_cores", lambda: cores)
    monkeypatch.setattr(first_compile, "beside", beside)
    return beside


@pytest.mark.parametrize(("is_compiled", "cores"), [(True, 8), (False, 1)])
def test_nothing_starts_where_nothing_can_be_gained(
    monkeypatch: pytest.MonkeyPatch, is_compiled: bool, cores: int
) -> None:
    beside = prepared(monkeypatch, is_compiled=is_compiled, cores=cores)
    with compiled_alongside("somewhere"):
        beside.heard.append("work")
    assert beside.heard == ["work"]


def test_both_halves_compile_while_the_caller_works_and_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = prepared(monkeypatch, is_compiled=False, cores=2)
    with compiled_alongside("somewhere"):
        beside.heard.append("work")
    halves = [f"{work.__name__} somewhere" for work in (compile_payments, compile_month)]
    expected = [f"start {half}" for half in halves] + ["work"] + [f"join {half}" for half in halves]
    assert beside.heard[:5] == expected


def test_no_process_outlives_a_caller_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = prepared(monkeypatch, is_compiled=False, cores=2)
    with pytest.raises(KeyboardInterrupt), compiled_alongside("somewhere"):
        raise KeyboardInterrupt
    assert [said.split()[0] for said in beside.heard] == ["start", "start", "end", "end"]


def test_a_process_beside_is_an_interpreter_that_runs_the_work_and_nothing_of_the_caller() -> None:
    process = first_compile.beside("leave_interrupts_to_parent", "somewhere")  # takes no region: it fails at once
    assert process.wait(timeout=60) == 1
    assert process.args[1] == "-c"  # type: ignore[index]
