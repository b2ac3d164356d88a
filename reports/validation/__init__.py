"""What validation shows: in sentences, as a page of text, as JSON and as a table."""

from __future__ import annotations

from reports.validation.rendered import cells, nodes_to_csv, to_json, to_markdown
from reports.validation.said import (
    Validation,
    sentences_of_cases,
    sentences_of_pairs,
    sentences_of_years,
    verdict,
)

__all__ = [
    "Validation",
    "cells",
    "nodes_to_csv",
    "sentences_of_cases",
    "sentences_of_pairs",
    "sentences_of_years",
    "to_json",
    "to_markdown",
    "verdict",
]
