"""All metrics of structure in one table, by node or by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from graphs.metrics import dependency, extraction, linkages, network, position, redundancy, replacement, sourcing
from graphs.metrics.grouping import by_group, groups
from graphs.metrics.links import MIN_FLOW_MEUR, links_of
from graphs.valuechain import ValueChain

Metric = Callable[[ValueChain], pd.Series]
NetworkMetric = Callable[[ValueChain, float], pd.Series]

_FROM_ACCOUNTS: dict[str, tuple[Metric, ...]] = {
    "concentration of suppliers": (
        sourcing.supplier_concentration,
        sourcing.normalised_supplier_concentration,
        sourcing.concentration_ratio,
        lambda chain: sourcing.supplier_concentration(chain, domestic=False),
        lambda chain: sourcing.supplier_concentration(chain, over="suppliers"),
    ),
    "dependency": (
        dependency.extra_eu_dependency,
        dependency.extra_eu_dependency_look_through,
        dependency.foreign_input_reliance,
        dependency.foreign_value_added,
    ),
    "replacement of suppliers": (
        replacement.substitutability,
        replacement.expected_loss_of_a_random_supplier,
    ),
    "position and linkages": (
        position.upstreamness,
        position.downstreamness,
        linkages.backward_linkage,
        linkages.forward_linkage,
    ),
    "hypothetical extraction": (
        extraction.hypothetical_extraction,
        extraction.extraction_multiplier,
        extraction.backward_extraction,
        extraction.forward_extraction,
    ),
}
_FROM_LINKS: dict[str, tuple[NetworkMetric, ...]] = {
    "shortest routes": (network.betweenness,),
    "hubs, cores and single points of failure": (
        network.pagerank,
        lambda chain, least: network.pagerank(chain, least, of_suppliers=True),
        network.core_number,
        network.articulation_points,
        network.bridge_count,
    ),
    "redundancy": (redundancy.disjoint_supply_paths, redundancy.supply_max_flow),
}

NAMES = (
    "supplier_concentration_share", "supplier_concentration_normalised_share", "supplier_concentration_ratio_share",
    "foreign_supplier_concentration_share", "single_supplier_concentration_share", "extra_eu_share",
    "extra_eu_look_through_share", "foreign_input_reliance_index", "foreign_value_added_share",
    "substitutability_share", "random_supplier_loss_share", "upstreamness_steps", "downstreamness_steps",
    "backward_linkage_index", "forward_linkage_index", "extraction_loss_meur", "extraction_multiplier",
    "backward_extraction_loss_meur", "forward_extraction_loss_meur", "betweenness_share", "pagerank_share",
    "supplier_pagerank_share", "core_number", "articulation_point", "bridge_count", "disjoint_supply_paths",
    "supply_max_flow_meur",
)  # fmt: skip
"""The columns of ``table``, in their order."""


def parts(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    """The table of metrics part by part: what comes next, and how to compute it.

    Raises:
        Faults: if the threshold is negative or no number; at once, before anything is computed.

    Examples:
        >>> from graphs import sources
        >>> [name for name, _ in parts(sources.toy(), min_flow_meur=10)][:2]
        ['concentration of suppliers', 'dependency']
    """
    links_of(chain, min_flow_meur)
    from_accounts = [(name, partial(_side_by_side, chain, made, ())) for name, made in _FROM_ACCOUNTS.items()]
    from_links = [(name, partial(_side_by_side, chain, made, (min_flow_meur,))) for name, made in _FROM_LINKS.items()]
    return iter([*from_accounts, *from_links])


def table(chain: ValueChain, min_flow_meur: float = MIN_FLOW_MEUR) -> pd.DataFrame:
    """Every metric of structure for every node, one column each; ``graphs/data/fields.csv`` says what they mean.

    Args:
        min_flow_meur: smaller flows are left out of the network metrics; stands in ``attrs`` with the number of
            ``links`` that are kept.

    Raises:
        Faults: if the chain is not productive, or the threshold is negative or no number.

    Examples:
        >>> from graphs import sources
        >>> found = table(sources.toy(), min_flow_meur=10)
        >>> found.shape, found.attrs
        ((12, 27), {'min_flow_meur': 10.0, 'links': 24})
    """
    found = pd.concat([make() for _, make in parts(chain, min_flow_meur)], axis=1)
    found.attrs = {"min_flow_meur": float(min_flow_meur), "links": len(links_of(chain, min_flow_meur))}
    return found


def group_table(chain: ValueChain, nodes: pd.DataFrame, members: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every metric of structure for every group: the EU, its ecosystems and industries, every country.

    The number of the group itself where it has one: hypothetical extraction (what its nodes make for each other is
    lost once), concentration by country and purchases outside the EU (the group as one buyer), value added outside the
    EU (in what it delivers to final users). Of all others the mean weighted by output, of amounts the sum.

    Args:
        nodes: ``table(chain)``.
        members: nodes × groups; by default ``groups(chain)``.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> found = group_table(chain, table(chain, min_flow_meur=10))
        >>> found.extraction_multiplier["country", "TW"].round(4), found.upstreamness_steps["country", "TW"].round(4)
        (np.float64(1.0461), np.float64(1.6501))
    """
    members = groups(chain) if members is None else members
    means = pd.concat([by_group(chain, nodes[name], members) for name in nodes.columns], axis=1)
    own = pd.concat(
        [
            extraction.group_extraction(chain, members),
            sourcing.group_sourcing(chain, members),
            dependency.group_reliance(chain, members),
        ],
        axis=1,
    )
    found = means.assign(**{name: own[name] for name in means.columns.intersection(own.columns)})
    found.attrs = dict(nodes.attrs)
    return found


def _side_by_side(
    chain: ValueChain, made: tuple[Callable[..., pd.Series], ...], given: tuple[float, ...]
) -> pd.DataFrame:
    columns = [metric(chain, *given) for metric in made]
    return pd.DataFrame({str(column.name): column.to_numpy() for column in columns}, index=chain.keys)
