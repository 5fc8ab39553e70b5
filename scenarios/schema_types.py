"""The types of single values in scenario files: how each is written, and the plain value that it becomes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from scenarios import quantities as q

Name = Annotated[
    str,
    BeforeValidator(q.scenario_name),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"}),
]
Month = Annotated[
    str,
    BeforeValidator(q.month),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}),
]
Money = Annotated[
    int,
    BeforeValidator(q.pence),
    WithJsonSchema({"type": "string", "pattern": r"^£ ?[0-9][0-9,]*(\.[0-9]+)? ?(k|m|bn)?$"}),
]
Share = Annotated[float, BeforeValidator(q.share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Duration = Annotated[
    int,
    BeforeValidator(q.duration_months),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ (months?|weeks?)$"}),
]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Text = Annotated[str, Field(strict=True, max_length=2_000)]
Title = Annotated[str, Field(strict=True, min_length=1, max_length=120, pattern=r"^[^\n]*$")]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Frozen(BaseModel):
    """A part of a file: its values never change, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)
