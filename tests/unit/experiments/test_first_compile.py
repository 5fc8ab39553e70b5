"""The first run compiles in processes beside it; later runs, and machines of one core, start none."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import first_compile
from experiments.first_compile import compile_month, compile_payments, compiled_alongside


class Beside:
    """Stands for a multiprocessing context and notes what is done to its processes."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def Process(self, target: Any, args: tuple[str, ...], daemon: bool) -> Any:
        assert daemon, "a process left behind would outlive the run"
        heard, name = self.heard, f"{target.__name__} {args[0]}"

        class Noted:
            def start(self) -> None:
                heard.append(f"start {name}")

            def join(self) -> None:
                heard.append(f"join {name}")

            def terminate(self) -> None:
                heard.append(f"end {name}")

        return Noted()


def prepared(monkeypatch: pytest.MonkeyPatch, *, is_compiled: bool, cores: int) -> Beside:
    beside = Beside()
    monkeypatch.setattr(first_compile, "is_compiled", lambda: is_compiled)
    monkeypatch.setattr(first_compile, "usable_cores", lambda: cores)
    monkeypatch.setattr(first_compile.multiprocessing, "get_context", lambda method: beside)
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
