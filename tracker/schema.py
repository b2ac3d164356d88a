"""The shapes of the API: what is taken in, what is given out, each field described."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from graphs import disruption
from graphs.fields import describe


class DisruptionIn(BaseModel):
    """A disruption to log. A title and a place are enough; leave out what is not known."""

    model_config = ConfigDict(
        extra="allow",  # so that the intake can name unknown fields together with all other faults
        json_schema_extra={
            "required": ["title"],
            "examples": [
                {
                    "title": "No chips from Taiwan",
                    "origin": ["TW"],
                    "industries": ["C26"],
                    "effect": "supply",
                    "start": "2021-03-01",
                    "end": "2021-04-25",
                    "severity_likely": 0.4,
                    "who": "Ana, electronics cluster",
                }
            ],
        },
    )

    title: Any = Field(None, description="What happened, in a few words (needed; up to 300 characters).")
    origin: Any = Field(
        None, description="Where it happens: ISO alpha-2 codes, NUTS regions, EU or WORLD; codes or names."
    )
    felt: Any = Field(None, description="Where it is felt; for a link the places that are no longer served.")
    start: Any = Field(None, description="First day, such as 2021-03-01; today if left out.")
    end: Any = Field(None, description="Last day; leave out if not known.")
    industries: Any = Field(None, description="NACE Rev.2 codes: C26, C10-C12, H.")
    ecosystems: Any = Field(None, description="Names among the 14 industrial ecosystems.")
    effect: Any = Field(None, description=f"One of {', '.join(disruption.EFFECTS)}.")
    severity_low: Any = Field(None, description="Share lost, low reading (0–1, or text such as 20 %).")
    severity_likely: Any = Field(None, description="Share lost, likely reading (0–1, or text such as 40 %).")
    severity_high: Any = Field(None, description="Share lost, high reading (0–1, or text such as 60 %).")
    description: Any = Field(None, description="What is known, in full.")
    cause: Any = Field(None, description="Why.")
    stages: Any = Field(None, description="Stages of Porter's value chain.")
    horizon: Any = Field(None, description=f"One of {', '.join(disruption.HORIZONS)}.")
    confidence: Any = Field(None, description=f"One of {', '.join(disruption.CONFIDENCES)}.")
    actions_required: Any = Field(None, description=f"Any of {', '.join(disruption.ACTIONS)}.")
    proposals: Any = Field(None, description="What could be done.")
    sources: Any = Field(None, description="Web addresses of the evidence.")
    source_kind: Any = Field(None, description=f"One of {', '.join(disruption.SOURCE_KINDS)}.")
    magnitude: Any = Field(None, description="Published figures, as stated.")
    note: Any = Field(None, description="Remarks.")
    state: Any = Field(None, description=f"One of {', '.join(disruption.STATES)}; reported if left out.")
    merged_into: Any = Field(None, description="For the state merged: id of the record that goes on.")
    assigned_to: Any = Field(None, description="Name of whoever looks after it.")
    id: Any = Field(None, description="Leave out: the log gives one.")
    who: str = Field("API", max_length=200, description="Who reports it.")


class ResolveIn(BaseModel):
    """The end of a disruption."""

    end: Any = Field(
        None,
        description="Last day, such as 2021-04-25; left out: today if still in force, else the end on record.",
    )
    who: str = Field("API", max_length=200, description="Who resolves it.")


class DisruptionOut(BaseModel):
    """A record as it stands."""

    id: str
    title: str
    origin: list[str]
    start: str
    description: str
    ecosystems: list[str]
    industries: list[str]
    felt: list[str]
    stages: list[str]
    effect: str | None
    end: str | None
    horizon: str | None
    severity_low: float | None
    severity_likely: float | None
    severity_high: float | None
    confidence: str | None
    cause: str
    actions_required: list[str]
    proposals: str
    sources: list[str]
    source_kind: str | None
    magnitude: str
    note: str
    state: str
    merged_into: str
    assigned_to: str
    missing: list[str] = Field(description="What the record does not say and an assessment would like to know.")


class DisruptionsOut(BaseModel):
    """Records, in the order in which they were logged."""

    log_position: int = Field(description="Number of the newest entry of the log.")
    disruptions: list[DisruptionOut]


class Change(BaseModel):
    """A field before and after."""

    before: Any
    after: Any


class EntryOut(BaseModel):
    """One entry of the log."""

    number: int
    at: str = Field(description="Time in UTC.")
    who: str
    action: str
    changes: dict[str, Change]
    hash: str = Field(description="Seal over this entry and the one before (SHA-256).")


class ReasonOut(BaseModel):
    """One term of a score."""

    kind: str = Field(description="structure or disruption.")
    id: str = Field(description="Name of the indicator, or id of the disruption.")
    points: float = Field(description="Points taken from the score; all reasons sum to 100 − score.")
    text: str
    assumptions: list[str] = Field([], description="What had to be assumed of the disruption.")


class ScoreOut(BaseModel):
    """One score with its interval, its parts, its losses and its reasons."""

    key: str = Field(description=describe("key"))
    label: str = Field(description=describe("label"))
    score: float = Field(description=describe("score"))
    score_low: float = Field(description=describe("score_low"))
    score_high: float = Field(description=describe("score_high"))
    rank: int = Field(description=describe("rank"))
    rank_low: int = Field(description=describe("rank_low"))
    rank_high: int = Field(description=describe("rank_high"))
    structure: float = Field(description=describe("structure"))
    state: float = Field(description=describe("state"))
    output_meur: float = Field(description=describe("output_meur"))
    loss_meur: float = Field(description=describe("loss_meur"))
    loss_low_meur: float = Field(description=describe("loss_low_meur"))
    loss_high_meur: float = Field(description=describe("loss_high_meur"))
    loss_share: float = Field(description=describe("loss_share"))
    recovery_weeks: int | None = Field(description=describe("recovery_weeks"))
    reasons: list[ReasonOut]


class ChainSource(BaseModel):
    """Where the value chain comes from."""

    title: str
    year: int
    estimate: bool
    source: str
    version: str = Field(description="Of the hash of the chain: another chain has another one.")


class ScoresOut(BaseModel):
    """Scores of one level on one date, with what they were computed from."""

    on: str = Field(description=describe("on"))
    log_position: int
    method_version: str
    horizon_weeks: int
    chain: ChainSource
    interval: str
    level: str = Field(description=describe("level"))
    scores: list[ScoreOut]


class FaultOut(BaseModel):
    """One thing that is wrong, and its mend."""

    field: str
    fault: str
    mend: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it; ``faults`` lists all that is wrong with the input."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    faults: list[FaultOut] = []
