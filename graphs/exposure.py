"""The links by which the EU is most exposed: what does not reach it now, and what would hit it most if it stopped.

Both look at links that cross a border into the EU27, one industry of a country to another. Both are ESTIMATES: a table
of industries knows no firm and no part, and who sells to whom across a border is itself estimated in the shipped chain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.assessment import Assessment
from graphs.explanation import missing_share
from graphs.method import Method
from graphs.metrics.replacement import loss_without_supplier
from graphs.propagation import WEEKS_A_YEAR
from graphs.valuechain import Floats, Integers, ValueChain

_NOTHING = 1e-6
"""Share of a flow up to which it counts as delivered."""


def missing_goods(chain: ValueChain, assessment: Assessment, most: int = 10) -> pd.DataFrame:
    """The links of which most is not delivered over the horizon: the supplier is short, or the link is cut.

    The share that is missing is that of ``explanation``, likely reading; what was not ordered is not missing.

    Args:
        chain: the one that was assessed.

    Returns:
        ``supplier, buyer`` (keys), ``supplier_label, buyer_label, flow_meur`` (a year), ``missing_share`` and
        ``missing_meur`` (over the horizon), the largest first; no row where all is delivered.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> chain, on = sources.toy(), date(2021, 3, 1)
        >>> chips = Disruption("No chips", ("TW",), on, "D1", industries=("C26",), severity_likely=0.4)
        >>> table = missing_goods(chain, assess(chain, [chips], on, Method()))
        >>> table[["supplier", "buyer"]].iloc[0].tolist(), table.missing_share.round(3).iloc[0]
        (['TW_C26', 'DE_C29'], np.float64(0.123))
    """
    share = missing_share(chain, assessment)
    flow = chain.inputs.flow_meur
    missing_meur = share * flow * assessment.method.horizon_weeks / WEEKS_A_YEAR
    links = _largest(chain, np.where(share > _NOTHING, missing_meur, 0.0), most)
    return _named(chain, links).assign(missing_share=share[links], missing_meur=missing_meur[links])


def critical_links(chain: ValueChain, method: Method, most: int = 10) -> pd.DataFrame:
    """The links whose buyer would lose most output if the supplier failed and stocks were used up.

    The share is that of ``metrics.replacement.loss_without_supplier``: only inputs whose lack stops a line count, and
    the other suppliers of the industry give what overtime allows. It follows from the structure alone, so it changes
    only with the chain and the method.

    Returns:
        ``supplier, buyer, supplier_label, buyer_label, flow_meur`` (a year), ``buyer_loss_share`` (of the buyer's
        output) and ``buyer_loss_meur`` (in a week), the largest loss in euro first.

    Examples:
        >>> from graphs import sources
        >>> table = critical_links(sources.toy(), Method())
        >>> table[["supplier", "buyer"]].iloc[0].tolist(), table.buyer_loss_share.round(2).iloc[0]
        (['TW_C26', 'DE_C29'], np.float64(0.49))
    """
    share = loss_without_supplier(chain, method.overtime_share, method)
    lost_meur = share * chain.output[chain.inputs.buyer] / WEEKS_A_YEAR
    links = _largest(chain, lost_meur, most)
    return _named(chain, links).assign(buyer_loss_share=share[links], buyer_loss_meur=lost_meur[links])


def _largest(chain: ValueChain, amount: Floats, most: int) -> Integers:
    """The links into the EU from another country with the largest amounts above nothing, the largest first."""
    supplier, buyer = chain.inputs.supplier, chain.inputs.buyer
    country = pd.factorize(chain.nodes.country)[0]
    counted = np.where(chain.in_eu[buyer] & (country[supplier] != country[buyer]), amount, 0.0)
    order = np.argsort(-counted, kind="stable")[:most]
    return order[counted[order] > 0]


def _named(chain: ValueChain, links: Integers) -> pd.DataFrame:
    keys, labels = np.asarray(chain.keys, object), chain.nodes.label.to_numpy(object)
    ends = {"supplier": chain.inputs.supplier[links], "buyer": chain.inputs.buyer[links]}
    named = {name: keys[where] for name, where in ends.items()}
    named |= {f"{name}_label": labels[where] for name, where in ends.items()}
    return pd.DataFrame({**named, "flow_meur": chain.inputs.flow_meur[links]})
