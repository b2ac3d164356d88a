"""Metrics of structure: how exposed a node is, and how much hangs on it. Chain in, one number for each node out."""

from graphs.metrics.extraction import extraction_multiplier, hypothetical_extraction
from graphs.metrics.position import upstreamness
from graphs.metrics.sourcing import extra_eu_dependency, extra_eu_dependency_look_through, supplier_concentration

__all__ = [
    "extra_eu_dependency",
    "extra_eu_dependency_look_through",
    "extraction_multiplier",
    "hypothetical_extraction",
    "supplier_concentration",
    "upstreamness",
]
