"""Metrics of structure: how exposed a node is, and how much hangs on it. Chain in, one number for each node out."""

from graphs.metrics.catalogue import NAMES, group_table, parts, table
from graphs.metrics.dependency import (
    DependencyThresholds,
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    foreign_input_reliance,
    foreign_value_added,
    group_reliance,
    strategic_dependency,
)
from graphs.metrics.extraction import (
    backward_extraction,
    extraction_multiplier,
    forward_extraction,
    group_extraction,
    hypothetical_extraction,
)
from graphs.metrics.grouping import by_group, groups
from graphs.metrics.linkages import backward_linkage, forward_linkage
from graphs.metrics.links import MIN_FLOW_MEUR, links_of
from graphs.metrics.network import articulation_points, betweenness, bridge_count, bridges, core_number, pagerank
from graphs.metrics.position import downstreamness, upstreamness
from graphs.metrics.redundancy import disjoint_paths, disjoint_supply_paths, max_flow, supply_max_flow
from graphs.metrics.replacement import expected_loss_of_a_random_supplier, substitutability
from graphs.metrics.robustness import attack, robustness
from graphs.metrics.sourcing import (
    concentration_by_input,
    concentration_ratio,
    group_sourcing,
    normalised_supplier_concentration,
    supplier_concentration,
)

__all__ = [
    "MIN_FLOW_MEUR",
    "NAMES",
    "DependencyThresholds",
    "articulation_points",
    "attack",
    "backward_extraction",
    "backward_linkage",
    "betweenness",
    "bridge_count",
    "bridges",
    "by_group",
    "concentration_by_input",
    "concentration_ratio",
    "core_number",
    "disjoint_paths",
    "disjoint_supply_paths",
    "downstreamness",
    "expected_loss_of_a_random_supplier",
    "extra_eu_dependency",
    "extra_eu_dependency_look_through",
    "extraction_multiplier",
    "foreign_input_reliance",
    "foreign_value_added",
    "forward_extraction",
    "forward_linkage",
    "group_extraction",
    "group_reliance",
    "group_sourcing",
    "group_table",
    "groups",
    "hypothetical_extraction",
    "links_of",
    "max_flow",
    "normalised_supplier_concentration",
    "pagerank",
    "parts",
    "robustness",
    "strategic_dependency",
    "substitutability",
    "supplier_concentration",
    "supply_max_flow",
    "table",
    "upstreamness",
]
