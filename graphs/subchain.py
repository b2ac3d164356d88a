"""Parts of a value chain: the nodes of a country, an industry or an ecosystem, and what lies around a node."""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy import sparse

from graphs import classification
from graphs.errors import Fault, Faults
from graphs.valuechain import ValueChain, positions

Flags = npt.NDArray[np.bool_]


def chosen(
    chain: ValueChain, country: str | None = None, industry: str | None = None, ecosystem: str | None = None
) -> Flags:
    """Which nodes fit every filter; all if there is none.

    Args:
        country: a code or a name.
        industry: a NACE Rev.2 code, or one of the chain's own: nodes whose industry has a part in it.
        ecosystem: nodes whose industry has a part in it, wherever they are.

    Raises:
        Faults: every filter that no node of the chain fits.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> chain.keys[chosen(chain, country="Taiwan", industry="C26")].tolist()
        ['TW_C26']
    """
    fits, faults = np.ones(len(chain), bool), list[Fault]()
    if country is not None:
        of = chain.nodes.country == (classification.country(country) or country)
        fits &= _some(of.to_numpy(bool), "country", country, chain.nodes.country.unique(), faults)
    if industry is not None:
        parts = {code: classification.coverage([industry], code) > 0 for code in chain.nodes.industry.unique()}
        of = chain.nodes.industry.map(parts)
        fits &= _some(of.to_numpy(bool), "industry", industry, chain.nodes.industry.unique(), faults)
    if ecosystem is not None:
        if ecosystem in chain.membership:
            of = chain.nodes.industry.map(chain.membership[ecosystem] > 0)
        else:
            of = chain.nodes.industry.isna()
        fits &= _some(of.to_numpy(bool), "ecosystem", ecosystem, chain.membership.columns, faults)
    if faults:
        raise Faults(faults)
    return fits


def around(chain: ValueChain, key: str, steps: int, min_flow_meur: float) -> Flags:
    """A node and all that are at most so many trades from it, upstream and downstream.

    Args:
        steps: 0 is the node alone; 1 its suppliers and customers; 2 theirs.
        min_flow_meur: smaller flows are no trades here, million euro a year.

    Raises:
        Faults: a key that is not in the chain.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> chain.keys[around(chain, "TW_C26", 1, 30)].tolist()
        ['DE_C29', 'TW_C26']
    """
    flows = chain.flows.tocsr()
    linked = sparse.csr_array((flows.data >= min_flow_meur, flows.indices, flows.indptr), flows.shape).astype(np.int64)
    linked = linked + linked.T
    reached = np.zeros(len(chain), bool)
    reached[positions(chain, [key])] = True
    for _ in range(steps):
        wider = reached | (linked @ reached.astype(np.int64) > 0)
        if (wider == reached).all():
            break
        reached = wider
    return reached


def links_between(chain: ValueChain, which: Flags, min_flow_meur: float) -> int:
    """How many flows of at least the threshold there are between the chosen nodes.

    Examples:
        >>> from graphs import sources
        >>> links_between(sources.toy(), np.ones(12, bool), 20)
        19
    """
    return int(np.count_nonzero(_between(chain, which) >= min_flow_meur))


def threshold_for(chain: ValueChain, which: Flags, most_links: int) -> float:
    """The flow (million euro a year) above which there are no more than so many between the chosen nodes.

    Examples:
        >>> from graphs import sources
        >>> threshold_for(sources.toy(), np.ones(12, bool), 13)
        20.0
    """
    flows = _between(chain, which)
    return 0.0 if len(flows) <= most_links else float(-np.partition(-flows, most_links)[most_links])


def subchain(chain: ValueChain, which: Flags, min_flow_meur: float) -> nx.DiGraph[str]:
    """The chosen nodes and the flows between them, as ``ValueChain.graph`` has them.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> list(subchain(chain, around(chain, "TW_C26", 1, 30), 30).edges)
        [('DE_C29', 'DE_C29'), ('TW_C26', 'DE_C29'), ('TW_C26', 'TW_C26')]
    """
    graph = chain.graph(np.inf)  # the nodes; of the flows only those that are asked for
    graph.graph["min_flow_meur"] = min_flow_meur
    graph.remove_nodes_from(chain.keys[~which].astype(str).tolist())
    flows, names = chain.flows.tocoo(), chain.keys.astype(str).to_numpy()
    kept = which[flows.row] & which[flows.col] & (flows.data >= max(min_flow_meur, np.finfo(float).tiny))
    ends = (names[side[kept]].tolist() for side in (flows.row, flows.col))
    graph.add_weighted_edges_from(zip(*ends, flows.data[kept].tolist(), strict=True), "flow_meur")
    return graph


def _between(chain: ValueChain, which: Flags) -> npt.NDArray[np.float64]:
    flows = chain.flows.tocoo()
    kept: npt.NDArray[np.float64] = flows.data[which[flows.row] & which[flows.col] & (flows.data > 0)]
    return kept


def _some(fits: Flags, field: str, value: str, known: npt.ArrayLike, faults: list[Fault]) -> Flags:
    if not fits.any():
        near = classification.closest(value, map(str, np.asarray(known)))
        mend = (
            f"did you mean {' or '.join(near)}?" if near else f"choose from: {', '.join(map(str, np.asarray(known)))}"
        )
        faults.append(Fault("", field, f"no node of the value chain is of {value[:60]!r}", mend))
    return fits
