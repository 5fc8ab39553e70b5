"""What the `funding` section of a scenario file may say; frozen, unknown keys refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema_types import Frozen, Share

NO_REGIME, RINGED, FLEXIBLE = "none", "ring-fenced", "flexible"
Multiplier = Annotated[float, Field(strict=True, ge=0, le=100)]


class FundChange(Frozen):
    """What a scenario changes of one pot of the region."""

    amount: Multiplier | None = Field(None, description="multiplier of its money of every year, 0 to 100")


class Funding(Frozen):
    """The money that services are paid from, from the scenario's start on, and what binds it."""

    regime: Literal["none", "ring-fenced", "flexible"] = Field(
        "none", description="none (nothing limits the money), ring-fenced (as documented), or flexible (one pot)"
    )
    drop: tuple[str, ...] = Field((), description="what no longer binds ring-fenced money")
    allocator: Annotated[str, Field(strict=True, max_length=80)] = Field(
        "first_come", description="how money is shared out"
    )
    amount: Multiplier = Field(1.0, description="multiplier of the money of every fund, 0 to 100")
    administration: Literal["none", "evidence"] = Field(
        "none", description="cost of running funds and of bidding: none, or evidence (as the evidence has it)"
    )
    staff_stretch: Annotated[float, Field(strict=True, ge=1, le=10)] | None = Field(
        None,
        description="places that a service may staff over its catalogued ones, 1 to 10; the evidence's if left out",
    )
    staff_leave: Share | None = Field(
        None, description="share of staff that a service without money loses a month; the evidence's if left out"
    )
    staff_ramp_months: Annotated[int, Field(strict=True, ge=1, le=60)] | None = Field(
        None, description="months until a service that has money again is whole; the evidence's if left out"
    )
    funds: dict[str, FundChange] = Field(default_factory=dict, description="fund of the region: what is changed of it")


FUNDS = "funds"
FUND_KEYS = tuple(FundChange.model_fields)
CONSTRAINT_KEYS = ("funding.regime", "funding.drop")
"""The keys in which the arms of a comparison may differ; all others say how much money there is and who shares it."""
REGIME_KEY = CONSTRAINT_KEYS[0]
