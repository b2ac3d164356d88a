"""Who could help: nodes in the EU that make what a hit supplier makes, and what each of them has to spare."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.planning.applying import nodes
from graphs.valuechain import Floats, Integers, ValueChain, share_of


def alternatives(chain: ValueChain, loss_share: pd.Series[float], hit: str, method: Method) -> pd.DataFrame:
    """Other nodes in the EU of the industry of a hit supplier, the most usable first.

    * ``spare_meur``: what it could make more in a year, overtime κ of what it does not lose itself:
      κ x (1 − loss share). ASSUMPTION: overtime (the method's ``overtime_share``) is all that a table knows of.
    * ``independence_share``: 1 − its own loss share over that of the hit supplier, at least 0: 1 where the same shock
      leaves it alone.
    * ``usable_meur`` = spare × independence, by which they are ranked; ``covers_share``: of what the hit supplier
      sells to the EU in a year.
    * ``steps``: fewest deliveries from the hit supplier to it, over flows of at least ``binding_share`` of the buyer's
      output; empty where there is no way: the farther, the less of the shock reaches it.
    * ``sells_meur``: what it sells already to those in the EU who buy from the hit supplier.

    Args:
        loss_share: share of output that each node loses over the horizon (``Assessment.nodes.loss_share``).
        hit: a key, or an industry, wherever it is hit.

    Raises:
        Faults: a node or industry that the chain does not have.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> lost = pd.Series(0.0, chain.keys)
        >>> lost["TW_C26"], lost["DE_C26"] = 0.4, 0.1
        >>> found = alternatives(chain, lost, "TW_C26", Method())
        >>> found.index.tolist(), found.usable_meur.round(1).tolist(), found.steps.tolist()
        (['DE_C26', 'FR_C26'], [8.1, 6.0], [1, 1])
    """
    struck = nodes(chain, [hit])
    if not len(struck):
        mend = "write a key such as TW_C26, or an industry such as C26"
        raise Faults([Fault("", "hit", f"{hit!r} is not in the value chain", mend)])
    lost = loss_share.reindex(chain.keys).to_numpy(float)
    industries = chain.nodes.industry.to_numpy(str)
    same = np.isin(industries, industries[struck]) & (chain.output > 0)
    if hit in chain.keys:
        same[struck] = False
        base = lost[struck]
    else:
        base = lost[struck].max(initial=0.0, keepdims=True)
    helpers = np.flatnonzero(same & chain.in_eu)
    spare = method.overtime_share * chain.output[helpers] * (1.0 - np.clip(lost[helpers], 0.0, 1.0))
    alone = np.clip(1.0 - share_of(lost[helpers], np.full(len(helpers), base.max())), 0.0, 1.0)
    need, steps = _sold_to_eu(chain, struck), _steps(chain, struck, method)
    found = pd.DataFrame(
        {
            "label": chain.nodes.label.to_numpy()[helpers],
            "country": chain.nodes.country.to_numpy()[helpers],
            "output_meur": chain.output[helpers],
            "loss_share": lost[helpers],
            "spare_meur": spare,
            "independence_share": alone,
            "usable_meur": spare * alone,
            "covers_share": share_of(spare * alone, np.full(len(helpers), need)),
            "steps": pd.array([steps[one] for one in helpers], "Int64"),
            "sells_meur": _sells(chain, struck, helpers),
        },
        chain.keys[helpers],
    )
    return found.sort_values(["usable_meur", "sells_meur"], ascending=False, kind="stable")


def _sold_to_eu(chain: ValueChain, struck: Integers) -> float:
    links = chain.inputs
    kept = np.isin(links.supplier, struck) & chain.in_eu[links.buyer] & ~np.isin(links.buyer, struck)
    return float(links.flow_meur[kept].sum())


def _sells(chain: ValueChain, struck: Integers, helpers: Integers) -> Floats:
    links = chain.inputs
    customers = np.zeros(len(chain), bool)
    customers[links.buyer[np.isin(links.supplier, struck)]] = True
    kept = customers[links.buyer] & chain.in_eu[links.buyer] & (links.supplier != links.buyer)
    return np.asarray(np.bincount(links.supplier[kept], links.flow_meur[kept], len(chain))[helpers], float)


def _steps(chain: ValueChain, struck: Integers, method: Method) -> list[int | None]:
    """Fewest deliveries from any of the struck nodes, over flows that matter; None where there is no way."""
    links = chain.inputs
    large = share_of(links.flow_meur, chain.output[links.buyer]) >= method.binding_share
    ones = np.ones(int(large.sum()))
    graph = sparse.csr_array((ones, (links.supplier[large], links.buyer[large])), (len(chain), len(chain)))
    far = csgraph.dijkstra(graph, indices=struck, unweighted=True, min_only=True)
    return [int(one) if np.isfinite(one) else None for one in far]
