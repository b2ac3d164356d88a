"""The shapes of the API: what is taken in, what is given out, each field described."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Field, create_model

from graphs.content import LARGEST, Content, Day, Number, Share, Text, Word
from graphs.fields import describe
from graphs.record import Field as RecordField
from graphs.series import FIGURES
from tracker import tables
from tracker.files.columns import columns, example
from tracker.kinds import KINDS, Kind

_DAY_OF_TODAY = {"disruption": ("start",)}
"""Fields that are needed, but filled in if they are left out."""
_WHO = {
    "who": (str, Field("API", max_length=200, description="Who says so. Counts only at a desk without a login.")),
    "why": (str, Field("", max_length=2_000, description="Why; it stands in the history.")),
}


def _as_taken(kind: Kind, known: str = "") -> type[BaseModel]:
    """What is taken in of a kind of record: leniently, so that the intake can name all faults together.

    Args:
        known: a field that the address says already.
    """
    filled_in = (*_DAY_OF_TODAY.get(kind.word, ()), known)
    needed: list[Any] = [one.name for one in kind.cls.fields() if one.content.needed and one.name not in filled_in]
    meanings = _meanings(kind)
    given = {name: value for name, value in _example(kind).items() if name != known}
    return create_model(
        f"{kind.cls.__name__}{f'{known.capitalize()}It' if known else ''}In",
        __doc__=f"{kind.one.capitalize()} to log, or what one says now. Leave out what is not known.",
        __config__=ConfigDict(
            extra="allow",  # so that unknown fields are named together with all other faults
            json_schema_extra={
                "required": needed,
                "examples": [given],
            },
        ),
        **{
            one.name: (
                Any,
                Field(None, description=meanings[one.name], json_schema_extra=_written(one, one.name in needed)),
            )
            for one in kind.cls.fields()
        },
        **_WHO,
    )  # type: ignore[call-overload]


def _written(field: RecordField, needed: bool) -> dict[str, Any]:
    """How a value may be written: as it is given out, or in the words of people, which only the intake understands."""
    content: Content = field.content
    written: dict[str, Any] = {"type": ["string"]}
    if field.many:
        written = {"type": ["array", "string"], "items": {"type": "string"}}
    elif isinstance(content, Share):
        written = {"type": ["number", "string"], "minimum": 0, "maximum": 1}
    elif isinstance(content, Number):
        written = {"type": ["integer" if content.whole else "number", "string"], "minimum": 0, "maximum": LARGEST}
    elif isinstance(content, Text):
        written["maxLength"] = content.limit
    if isinstance(content, Word):
        written["examples"] = [list(content.words[:1]) if field.many else content.words[0]]
    if not needed:
        written["type"].append("null")
    return written


def _as_given(kind: Kind) -> type[BaseModel]:
    """What is given out of a kind of record as it stands."""
    told = {name: meaning.replace(" (needed)", "") for name, meaning in _meanings(kind).items()}
    return create_model(
        f"{kind.cls.__name__}Out",
        __doc__=f"{kind.one.capitalize()} as it stands.",
        **{one.name: (_type_of(one), Field(description=told[one.name])) for one in kind.cls.fields()},
        kind=(str, Field(description="Word of the kind of record.", json_schema_extra={"enum": [kind.word]})),
        version=(int, Field(description="Number of its newest entry in the log; also its ETag.")),
        reporter=(str, Field(description="Who logged it.")),
        author=(str, Field(description="Who wrote what it says now.")),
        reported_for=(str, Field(description="Id of the association that it was logged for; empty for the alliance.")),
        missing=(list[str], Field(description="What it does not say and one would like to know.")),
    )  # type: ignore[call-overload]


def _meaning(column: tables.Field, content: Content) -> str:
    """A field in a sentence or two: meaning, unit, range, words."""
    limits = "0–1" if isinstance(content, Share) else column.range
    measure = ", ".join(part for part in (column.unit, limits) if part)
    words = f" {'Any' if column.many else 'One'} of: {', '.join(column.words)}." if column.words else ""
    return f"{column.meaning}{f' ({measure})' if measure else ''}.{words}"


def _meanings(kind: Kind) -> dict[str, str]:
    fields = zip(columns(kind.word), kind.cls.fields(), strict=True)
    return {column.name: _meaning(column, field.content) for column, field in fields}


def _type_of(field: RecordField) -> Any:
    content: Content = field.content
    of: Any = str
    if field.many:
        return list[str]
    if isinstance(content, Share):
        of = Annotated[float, Field(ge=0, le=1)]
    elif isinstance(content, Number):
        of = int if content.whole else float
    elif isinstance(content, Day):
        of = Annotated[str, Field(json_schema_extra={"format": "date"})]
    elif isinstance(content, Word):
        of = Annotated[str, Field(json_schema_extra={"enum": list(content.words)})]
    return of | None if field.default is None and not content.needed else of


def _example(kind: Kind) -> dict[str, Any]:
    """The example of the table of fields, as JSON has it."""
    values = zip(kind.cls.fields(), example(kind.word), strict=True)
    return {
        field.name: value.isoformat() if isinstance(field.content, Day) else list(value) if field.many else value
        for field, value in values
        if value not in (None, "", ())
    }


RECORDS_IN = {word: _as_taken(kind) for word, kind in KINDS.items()}
"""What is taken in, by kind: made of the fields of its records, so that nothing is written down twice."""
SAID_IN = {word: _as_taken(KINDS[word], "about") for word in ("comment", "evidence")}
"""What is taken in where the address says what it is about."""
RECORDS_OUT = {word: _as_given(kind) for word, kind in KINDS.items()}
"""What is given out, by kind."""
DisruptionIn, DisruptionOut = RECORDS_IN["disruption"], RECORDS_OUT["disruption"]
AnyRecordOut = Union[tuple(RECORDS_OUT.values())]  # type: ignore[valid-type]  # noqa: UP007


class StepIn(BaseModel):
    """Who takes a step, and why."""

    who: str = Field("API", max_length=200, description="Who does it. Counts only at a desk without a login.")
    why: str = Field("", max_length=2_000, description="Why; it stands in the history. Needed to reject.")


class AmendIn(StepIn):
    """What a record says now, in all its fields: one that is left out is empty from now on.

    What only the log and the review give (state of what is reviewed, version, reporter, …) may stand here, as it was
    read, and is not used.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"anyOf": [{"$ref": f"#/components/schemas/{one.__name__}"} for one in RECORDS_IN.values()]},
    )


class ResolveIn(StepIn):
    """The end of a disruption."""

    end: Any = Field(
        None,
        description="Last day, such as 2021-04-25; left out: today if still in force, else the end on record.",
    )


class AssignIn(StepIn):
    """Who looks after a disruption from now on."""

    assigned_to: str = Field("", max_length=200, description="Name of whoever looks after it; empty for nobody.")


class MergeIn(StepIn):
    """Which record goes on."""

    merged_into: str = Field(max_length=40, description="Id of the record that tells of the same and goes on.")


class RestoreIn(StepIn):
    """What a record shall be again."""

    version: int = Field(ge=1, le=2**53, description="Number of the entry of its history that wrote it.")


_POSITION = "Number of the newest entry of the log."


class DisruptionsOut(BaseModel):
    """Records, in the order in which they were logged."""

    log_position: int = Field(description=_POSITION)
    disruptions: list[DisruptionOut] = Field(description="The records.")  # type: ignore[valid-type]


class RecordsOut(BaseModel):
    """A page of records, the newest day first."""

    log_position: int = Field(description=_POSITION)
    total: int = Field(description="Number of all records that fit.")
    next: str | None = Field(description="Address of the next page; null on the last.")
    records: list[AnyRecordOut] = Field(description="The records of this page.")  # type: ignore[valid-type]


class Change(BaseModel):
    """A field before and after."""

    before: Any = Field(description="What the field held; null in the first entry of a record.")
    after: Any = Field(description="What it holds since.")


class EntryOut(BaseModel):
    """One entry of the log."""

    number: int = Field(description="Its place in the log, from 1 on; also the version of the record that it made.")
    at: str = Field(description="Time in UTC.")
    who: str = Field(description="Who did it.")
    action: str = Field(description="What was done: log, amend, submit, verify, reject, resolve, reopen, …")
    kind: str = Field(description="Word of the kind of record.")
    record_id: str = Field(description="Id of the record.")
    why: str = Field(description="The reason that was given; empty if none was.")
    reported_for: str = Field(description="Id of the association for which the record was logged, in its first entry.")
    changes: dict[str, Change] = Field(description="The fields that changed.")
    hash: str = Field(description="Seal over this entry and the one before (SHA-256).")


class ChangesOut(BaseModel):
    """Entries of the log, oldest first."""

    log_position: int = Field(description=_POSITION)
    next: str | None = Field(description="Address of the next entries; null if these are the last for now.")
    entries: list[EntryOut] = Field(description="The entries.")


class FaultOut(BaseModel):
    """One thing that is wrong, and its mend."""

    where: str = Field(description="Where in a file, or by which entry of the log; empty otherwise.")
    field: str = Field(description="Name of the field; empty if it is none of them.")
    fault: str = Field(description="What is wrong.")
    mend: str = Field(description="How to mend it.")


class ImportOut(BaseModel):
    """What an import did, or what it would do."""

    dry_run: bool = Field(description="Whether nothing was written, since only that was asked.")
    kind: str = Field(description="Word of the kind of record that the file holds.")
    rows: dict[str, int] = Field(description="Number of rows that were new, amended, known and faulty.")
    new: list[str] = Field(description="Ids of the records that were written.")
    amended: list[str] = Field(description="Ids of the records that were changed.")
    differences: dict[str, dict[str, Change]] = Field(description="By id, the fields that the file changes.")
    faults: list[FaultOut] = Field(description="Every fault of the rows that were left out.")
    remarks: list[str] = Field(description="What had to be assumed of the file, such as its letters.")


class ReasonOut(BaseModel):
    """One term of a score."""

    kind: str = Field(description="structure or disruption.")
    id: str = Field(description="Name of the indicator, or id of the disruption.")
    points: float = Field(description="Points taken from the score; all reasons sum to 100 − score.")
    text: str = Field(description="The reason in a sentence.")
    assumptions: list[str] = Field([], description="What had to be assumed of the disruption.")


class Provenance(BaseModel):
    """What a row that follows from the log was computed from."""

    chain_year: int = Field(description=describe("chain_year"))
    chain_is_estimate: bool = Field(description=describe("chain_is_estimate"))
    chain_version: str = Field(description=describe("chain_version"))
    method_version: str = Field(description=describe("method_version"))
    log_position: int = Field(description=describe("log_position"))


class ScoreOut(Provenance):
    """One score with its interval, its parts, its losses, its reasons, and what it was computed from."""

    on: str = Field(description=describe("on"))
    level: str = Field(description=describe("level"))
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
    reasons: list[ReasonOut] = Field(description="What takes its points, most first.")


class ChainSource(BaseModel):
    """Where the value chain comes from."""

    title: str = Field(description="What the chain is called.")
    year: int = Field(description="Year of its flows.")
    estimate: bool = Field(description="Whether it is computed or assumed, not observed.")
    source: str = Field(description="Where it was taken from.")
    version: str = Field(description="Of the hash of the chain: another chain has another one.")


class MadeFrom(BaseModel):
    """What an answer was computed from."""

    log_position: int = Field(description=_POSITION)
    method_version: str = Field(description="Version of the method: of its assumptions, formulas and figures.")
    horizon_weeks: int = Field(description="Weeks from the date over which losses are counted.")
    chain: ChainSource = Field(description="The value chain that was assessed.")
    interval: str = Field(description="What the intervals of losses, scores and ranks hold.")
    level: str = Field(description=describe("level"))


class ScoresOut(MadeFrom):
    """Scores of one level on one date, with what they were computed from."""

    on: str = Field(description=describe("on"))
    scores: list[ScoreOut] = Field(description="One for each key of the level.")


def _point() -> type[BaseModel]:
    figures = {name: (float, Field(description=describe(name))) for name in FIGURES}
    return create_model(
        "PointOut",
        __doc__="The score of one key on one day: interval, parts, losses, and what it was computed from.",
        __base__=Provenance,
        on=(Annotated[str, Field(json_schema_extra={"format": "date"})], Field(description=describe("on"))),
        level=(str, Field(description=describe("level"))),
        key=(str, Field(description=describe("key"))),
        label=(str, Field(description=describe("label"))),
        **figures,
    )  # type: ignore[call-overload]


PointOut = _point()


class SeriesOut(MadeFrom):
    """Scores of one level over some weeks, with what they were computed from."""

    missing: list[str] = Field(description="Days of the range that are still being computed; empty with status 200.")
    scores: list[PointOut] = Field(description="One for each day and key, the oldest day first.")  # type: ignore[valid-type]


class Problem(BaseModel):
    """An error, as RFC 9457 has it; ``faults`` lists all that is wrong with the input."""

    type: str = Field("about:blank", description="Always about:blank: the status says what kind of error it is.")
    title: str = Field(description="The error in a few words.")
    status: int = Field(description="Status of HTTP.")
    detail: str = Field(description="The error in a sentence.")
    faults: list[FaultOut] = Field([], description="All that is wrong, each with its mend.")


class ReasonOfMatchOut(BaseModel):
    """A part of the points of a match, in words."""

    points: float = Field(ge=0, le=100, description="Points that it adds.")
    text: str = Field(description="What both have in common.")


class CouldPayOut(BaseModel):
    """A programme of the European budget that could pay: check the call."""

    name: str = Field(description="Name of the programme.")
    act: str = Field(description="Number of its regulation.")
    first: str = Field(description="First day of its period.", json_schema_extra={"format": "date"})
    last: str = Field(description="Last day of its period.", json_schema_extra={"format": "date"})
    over: bool = Field(description="Whether its period is over today.")
    reasons: list[str] = Field(description="Why it could pay.")
    source_url: str = Field(description="Where its facts stand.")


class ProposalOut(BaseModel):
    """A good practice or an action that fits a disruption."""

    id: str = Field(description="Its id in the log.")
    kind: str = Field(description="Practice or action.", json_schema_extra={"enum": ["practice", "action"]})
    title: str = Field(description="What was done, or should be done.")
    state: str = Field(description="How far it is reviewed, or carried out.")
    theme: str | None = Field(description="Theme of the alliance's recommendations.")
    about: list[str] = Field(description="Ids of the disruptions that it was made for.")
    tied: bool = Field(description="Whether it names this very disruption.")
    points: float = Field(ge=0, le=100.000001, description="How well it fits (points, 0–100).")
    reasons: list[ReasonOfMatchOut] = Field(description="Why; their points add up.")
    could_pay: list[CouldPayOut] = Field(description="Programmes that could pay for it.")


class ProposalsOut(BaseModel):
    """What could be done about a disruption."""

    log_position: int = Field(description=describe("log_position"))
    record_id: str = Field(description="Id of the disruption.")
    caveat: str = Field(description="What a programme is not.")
    proposals: list[ProposalOut] = Field(description="The best first.")


class ReportColumn(BaseModel):
    """A column of a table of a report."""

    name: str = Field(description="Its name in the rows.")
    label: str = Field(description="Its name on paper.")
    meaning: str = Field(description="What it holds.")
    unit: str = Field(description="Unit of its figures; empty for text. A share is a number from 0 to 1.")


class ReportPart(BaseModel):
    """A part of a report; which fields it has depends on what it is."""

    part: str = Field(
        description="What it is.",
        json_schema_extra={"enum": ["heading", "paragraph", "bullets", "figure", "table"]},
    )
    words: str | None = Field(None, description="Of a heading or paragraph its text; what is to be seen in a figure.")
    level: int | None = Field(None, description="Of a heading: 2 begins a section, 3 a part of one.")
    items: list[str] | None = Field(None, description="Of bullets: their texts.")
    name: str | None = Field(None, description="Of a figure or table: its name in files.")
    caption: str | None = Field(None, description="Of a figure: what it is.")
    svg: str | None = Field(None, description="Of a figure: its drawing.")
    title: str | None = Field(None, description="Of a table: its title.")
    columns: list[ReportColumn] | None = Field(None, description="Of a table: its columns.")
    rows: list[dict[str, str | int | float | None]] | None = Field(
        None, description="Of a table: its rows by name of column; null where something is not known."
    )
    note: str | None = Field(None, description="Of a table: what is said below it.")


class ReportOut(BaseModel):
    """The report of a week in parts, in the order in which it is read."""

    name: str = Field(description="The ISO week.")
    title: str = Field(description="Its title.")
    on: str = Field(description="Last day of the week, the day that is assessed.")
    headline: str = Field(description="The whole in a sentence or two.")
    parts: list[ReportPart] = Field(description="Its parts.")
    provenance: dict[str, str] = Field(description="What it was made from: log position, chain, method, licences.")
