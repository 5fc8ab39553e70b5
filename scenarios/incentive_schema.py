"""What one entry of the `employers` section of a scenario file may say; frozen, unknown keys refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios import quantities as q
from scenarios.schema_types import Frozen, Money, Month, Name, Share, Title

Jobs = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class Incentive(Frozen):
    """One incentive for employers to offer their workers something beyond what they offer today."""

    name: Name = Field(description="identifier: " + q.NAME_RULE)
    title: Title | None = Field(None, description="words for people, at most 120 characters")
    offers: Literal["adjustments", "flexible_hours"] = Field(
        description="what employers who join offer: adjustments or flexible_hours"
    )
    payer: Literal["DWP", "combined_authority", "local_authorities"] = Field(
        "combined_authority", description="agency that pays: DWP, combined_authority or local_authorities"
    )
    payment: Money = Field(description="payment to the employer for each worker concerned and month")
    take_up: Share | None = Field(
        None, description="share of these employers that joins, 0 to 1; by the evidence and the payment if left out"
    )
    month: Month | None = Field(None, alias="from", description="first month, YYYY-MM; the horizon's start if left out")
    until: Month | None = Field(None, description="last month, YYYY-MM; the end if left out")
    employer_kinds: tuple[str, ...] | None = Field(
        None, description="kinds of employer: enterprise, public_body; both if left out"
    )
    employer_places: tuple[str, ...] | None = Field(None, description="Places or area groups of these employers")
    employer_sectors: tuple[str, ...] | None = Field(None, description="sectors of these employers")
    size_at_least: Jobs | None = Field(None, description="jobs in normal times that these employers have at least")
    size_at_most: Jobs | None = Field(None, description="jobs in normal times that these employers have at most")


INCENTIVES = "employers"
"""The section's key."""
INCENTIVE_KEYS = tuple(field.alias or key for key, field in Incentive.model_fields.items())
