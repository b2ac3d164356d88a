"""Scores as SDMX-CSV 2.0, for those whose tools know statistics by their structure; and that structure.

Data structure ``TRACKER:SCORES(1.0)``: dimensions LEVEL, KEY, INDICATOR and TIME_PERIOD (the date that is assessed),
the measure OBS_VALUE, and attributes for the unit, the label and what the value was computed from.

References:
    SDMX 3.0, section 5; SDMX-CSV 2.0: https://github.com/sdmx-twg/sdmx-csv.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from pysdmx.io import write_sdmx
from pysdmx.io.csv.sdmx20 import writer as data
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import (
    Component,
    Components,
    Concept,
    ConceptScheme,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Role,
    Schema,
)
from pysdmx.model.message import Header

from graphs.fields import describe, fields
from graphs.spreadsheet import neutral

AGENCY, NAME, VERSION = "TRACKER", "SCORES", "1.0"
INDICATORS = (
    "score", "score_low", "score_high", "rank", "rank_low", "rank_high", "structure", "state", "output_meur",
    "loss_meur", "loss_low_meur", "loss_high_meur", "loss_share", "recovery_weeks",
)  # fmt: skip
"""Columns of scores that are values of INDICATOR, in capitals there."""

_PARTS: Mapping[str, tuple[Role, DataType, str, str]] = {
    "LEVEL": (Role.DIMENSION, DataType.STRING, "Level", describe("level")),
    "KEY": (Role.DIMENSION, DataType.STRING, "Key", describe("key")),
    "INDICATOR": (
        Role.DIMENSION,
        DataType.STRING,
        "Indicator",
        " ".join(f"{name.upper()}: {describe(name)}" for name in INDICATORS),
    ),
    "TIME_PERIOD": (Role.DIMENSION, DataType.DATE, "Date", describe("on")),
    "OBS_VALUE": (Role.MEASURE, DataType.DOUBLE, "Value", "Value of the indicator; empty where it has none."),
    "UNIT_MEASURE": (Role.ATTRIBUTE, DataType.STRING, "Unit", "Unit of the indicator; empty for ranks."),
    "LABEL": (Role.ATTRIBUTE, DataType.STRING, "Label", describe("label")),
    "CHAIN_YEAR": (Role.ATTRIBUTE, DataType.INTEGER, "Year of the chain", describe("chain_year")),
    "CHAIN_IS_ESTIMATE": (Role.ATTRIBUTE, DataType.BOOLEAN, "Chain is an estimate", describe("chain_is_estimate")),
    "CHAIN_VERSION": (Role.ATTRIBUTE, DataType.STRING, "Version of the chain", describe("chain_version")),
    "METHOD_VERSION": (Role.ATTRIBUTE, DataType.STRING, "Version of the method", describe("method_version")),
    "LOG_POSITION": (Role.ATTRIBUTE, DataType.INTEGER, "Position of the log", describe("log_position")),
}
_CONCEPTS = "CONCEPTS"
_WRITTEN = datetime(2026, 11, 24, tzinfo=UTC)
"""When this version of the structure was written: the same structure gives the same bytes."""
_FROM_ROWS = ("chain_year", "chain_is_estimate", "chain_version", "method_version", "log_position")


def scores(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Scores as SDMX-CSV, one observation for each row and indicator.

    Args:
        rows: as ``tracker.api.answer.scores`` has them.
    """
    units = fields().unit
    observed = [
        {
            "LEVEL": row["level"],
            "KEY": row["key"],
            "INDICATOR": name.upper(),
            "TIME_PERIOD": row["on"],
            "OBS_VALUE": row[name],
            "UNIT_MEASURE": str(units[name]),
            "LABEL": neutral(row["label"]),
        }
        | {name.upper(): row[name] for name in _FROM_ROWS}
        for row in rows
        for name in INDICATORS
    ]
    schema = Schema("datastructure", AGENCY, NAME, _components(), VERSION)
    frame = pd.DataFrame(observed, columns=list(_PARTS))
    told = data.write([PandasDataset(structure=schema, data=frame)])
    assert told is not None  # it goes to no file
    return told.encode()


def structure() -> bytes:
    """The data structure and the meaning of its parts, as an SDMX-JSON 2.0 structure message."""
    concepts = [
        Concept(name, name=title, description=meaning, dtype=kind) for name, (_, kind, title, meaning) in _PARTS.items()
    ]
    title = "Resilience scores of Europe's value chains"
    told = write_sdmx(
        [
            ConceptScheme(_CONCEPTS, name="What scores are made of", agency=AGENCY, version=VERSION, items=concepts),
            DataStructureDefinition(id=NAME, name=title, agency=AGENCY, version=VERSION, components=_components()),
        ],
        Format.STRUCTURE_SDMX_JSON_2_0_0,
        header=Header(id=f"{NAME}-{VERSION}", prepared=_WRITTEN),
    )
    assert told is not None  # it goes to no file
    return told.encode()


def _components() -> Components:
    return Components(
        [
            Component(
                id=name,
                required=role == Role.DIMENSION,
                role=role,
                concept=ItemReference("Concept", AGENCY, _CONCEPTS, VERSION, name),
                local_dtype=kind,
                attachment_level="O" if role == Role.ATTRIBUTE else None,
            )
            for name, (role, kind, *_) in _PARTS.items()
        ]
    )
