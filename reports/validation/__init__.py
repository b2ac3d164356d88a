"""What validation shows: in sentences, as a page of text, as JSON and as a table."""

from __future__ import annotations

from reports.validation.matched import ranking_cells, sentences_of_ranking
from reports.validation.rendered import (
    VARIANT_COLUMNS,
    cells,
    nodes_to_csv,
    to_json,
    to_markdown,
    variant_cells,
)
from reports.validation.said import (
    Validation,
    sentences_of_cases,
    sentences_of_pairs,
    sentences_of_years,
    verdict,
)

__all__ = [
    "VARIANT_COLUMNS",
    "Validation",
    "cells",
    "nodes_to_csv",
    "ranking_cells",
    "sentences_of_cases",
    "sentences_of_pairs",
    "sentences_of_ranking",
    "sentences_of_years",
    "to_json",
    "to_markdown",
    "variant_cells",
    "verdict",
]
