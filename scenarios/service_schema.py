"""What the `services` section of a scenario file may say; frozen, unknown keys refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema_types import Frozen, Month, Share

Contacts = Annotated[float, Field(strict=True, ge=0, le=20)]
Capacity = Annotated[float, Field(strict=True, ge=0, le=100)]
Wait = Annotated[float, Field(strict=True, ge=0, le=5)]
Length = Annotated[float, Field(strict=True, gt=0, le=60)]
Yes = Annotated[bool, Field(strict=True)]
MOST_RAMP_MONTHS = 60


class ProgrammeChange(Frozen):
    """What a scenario changes of one programme of the region's catalogue.

    `from`, `until` and `ramp_months` are of its capacity; everything else holds from the policy's start on.
    """

    running: Yes | None = Field(None, description="whether it takes clients; as the catalogue says if left out")
    capacity: Capacity | None = Field(None, description="multiplier of its caseworkers, and of its most starts a year")
    take_up: Share | None = Field(None, description="share of those offered it who accept, times the door's, 0 to 1")
    awareness: Share | None = Field(None, description="share of residents and doors that know of it, 0 to 1")
    month: Month | None = Field(
        None, alias="from", description="first month of the changed capacity, YYYY-MM; the horizon's start if left out"
    )
    until: Month | None = Field(None, description="last month of the changed capacity, YYYY-MM; the end if left out")
    ramp_months: Annotated[int, Field(strict=True, ge=0, le=MOST_RAMP_MONTHS)] | None = Field(
        None, description="whole months over which the capacity changes evenly, up and down; at once if left out"
    )
    lift: tuple[str, ...] = Field((), description="reasons for which this programme no longer shuts anybody out")
    channels: tuple[str, ...] | None = Field(None, description="ways in, in place of the catalogue's")
    length_months: Length | None = Field(None, description="usual length of help, months, above 0")


class Services(Frozen):
    """Services that residents can be referred to, and what a scenario changes of them from its start on."""

    catalogue: Literal["none", "today"] = Field(
        "none", description="none, or today: the programmes of the region's catalogue that run now"
    )
    delivery: Literal["array", "queue"] = Field(
        "array", description="how clients are served: array, or queue (client by client)"
    )
    front_door: Share = Field(
        0.0, description="share of contacts that come to a single front door, which refers to whatever fits, 0 to 1"
    )
    contacts: dict[str, Contacts] = Field(
        default_factory=dict, description="multiplier of everybody's contacts, by channel"
    )
    hard_to_reach: dict[str, Contacts] = Field(
        default_factory=dict, description="multiplier of contacts of the hard to reach, by channel"
    )
    absence_help_from_months: Annotated[int, Field(strict=True, ge=0, le=24)] | None = Field(
        None,
        description="completed months off sick from which employers and primary care speak of work; as the "
        "evidence has it if left out",
    )
    treatment_wait: Wait = Field(1.0, description="multiplier of the wait for treatment")
    lift: tuple[str, ...] = Field((), description="reasons for which no service any longer shuts anybody out")
    lift_funders_rules: Yes = Field(False, description="whether money may be spent on everybody whom a service takes")
    open_channels: tuple[str, ...] = Field((), description="channels from which every service takes referrals too")
    programmes: dict[str, ProgrammeChange] = Field(
        default_factory=dict, description="programme of the catalogue: what is changed of it"
    )


BY_CHANNEL = ("contacts", "hard_to_reach")
"""Keys with one value a channel."""
PROGRAMMES = "programmes"
PROGRAMME_KEYS = tuple(field.alias or key for key, field in ProgrammeChange.model_fields.items())
WORLD_KEYS = ("services.catalogue", "services.delivery")
"""Keys that both arms of a comparison share: without desks in both, the history would not be one."""
