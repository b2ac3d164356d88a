"""How a loss gets from where something is cut to where it is felt: the trades that pass it on, the strongest first.

The rule, for a node j that loses the share ℓ_j of its output over the horizon (likely reading):

1. *Which side.* s_j is what it could not supply (``Assessment.short_share``). Where s_j is half of ℓ_j or more its
   suppliers failed it, else its customers did.
2. *Suppliers.* Of the flow z_ij from supplier i the share m_ij = 1 − (1 − s_i)(1 − c_ij) is missing: i is short, or the
   link is cut (c_ij, over the horizon). Only inputs whose lack stops j count (``binding_inputs``), and the input p that
   lacks most decides: the largest Σ_i (z_ij / z_pj) m_ij. Its suppliers rank by (z_ij / z_pj) · m_ij.
3. *Customers.* They rank by (z_jk / x_j) · (1 − (1 − ℓ_k)(1 − c_jk)): by how much of j's output they order less.
4. *Back.* From the partner the same again, until it is cut itself, or the link to it is; no node is passed twice.

What a node trades with itself passes nothing on. It is an ESTIMATE and a simplification: a loss has many ways, stocks
put it off, and these are the widest of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphs.assessment import Assessment
from graphs.binding import binding_inputs
from graphs.score import resilience
from graphs.valuechain import Floats, Integers, ValueChain, positions, share_of

_LIKELY = 1
_MOST_STEPS = 4
"""Trades from where it is felt back to where it begins; what has come further is not told."""
_NARROW_SHARE = 0.1
"""Ways that carry less than this part of the widest are not told."""
_FELT_SHARE = 1e-6
"""A smaller loss (share of output) is not explained."""


@dataclass(frozen=True)
class Trade:
    """One flow of the chain by which a loss passes on."""

    supplier: str
    buyer: str
    supplier_label: str
    buyer_label: str
    industry_label: str
    """What is bought: the supplier's industry."""
    by_orders: bool
    """The loss goes from the buyer to the supplier, who is left with what it made; else with the goods."""
    cut: bool
    """The disruption cuts this very flow."""
    flow_meur: float
    """Normal flow, million euro a year."""
    missing_share: float
    """Share of the flow that is missing over the horizon."""
    industry_share: float
    """Share of what the buyer buys of this industry."""
    input_share: float
    """Share of all that the buyer buys."""
    sales_share: float
    """Share of the supplier's output."""


@dataclass(frozen=True)
class Felt:
    """A node that loses, and the ways by which the loss comes, each told backwards."""

    key: str
    label: str
    loss_meur: float
    loss_low_meur: float
    loss_high_meur: float
    loss_share: float
    ways: tuple[tuple[Trade, ...], ...]


@dataclass(frozen=True)
class Cut:
    """A node that is cut itself, or a flow between two: what it is worth a year, and the share cut at the most."""

    label: str
    buyer_label: str
    """Who buys, where it is a flow; else empty."""
    worth_meur: float
    cut_share: float


@dataclass(frozen=True)
class Explanation:
    """Where a loss begins, the largest cut first, and how it comes to where it is felt."""

    cuts: tuple[Cut, ...]
    cut_nodes: int
    cut_flows: int
    felt: tuple[Felt, ...]


def explain(chain: ValueChain, assessment: Assessment, most: int = 3, ways: int = 2) -> Explanation:
    """How the losses of an assessment came about, by the rule of this module.

    Args:
        chain: the one that was assessed.
        most: nodes that lose most in million euro though nothing cuts them: in the EU, or anywhere if none there does.
        ways: to each of them, the widest first.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> chain, on = sources.toy(), date(2021, 3, 1)
        >>> chips = Disruption("No chips", ("TW",), on, "D1", industries=("C26",), severity_likely=0.4)
        >>> first = explain(chain, assess(chain, [chips], on, Method())).felt[0]
        >>> first.key, [(trade.supplier, trade.buyer) for trade in first.ways[0]]
        ('DE_C29', [('TW_C26', 'DE_C29')])
    """
    trades = _Trades.of(chain, assessment)
    lost = assessment.nodes.loss_meur.to_numpy(float)
    outside = (trades.direct == 0) & (trades.loss > _FELT_SHARE)
    inside = outside & chain.in_eu
    found = np.flatnonzero(inside if inside.any() else outside)
    worst = found[np.argsort(-lost[found], kind="stable")][:most].tolist()
    linked = np.flatnonzero(trades.gone)
    return Explanation(
        cuts=tuple(_cuts(trades, linked, most)),
        cut_nodes=int((trades.direct > 0).sum()),
        cut_flows=len(linked),
        felt=tuple(_felt(assessment, trades, position, ways) for position in worst),
    )


def explain_node(chain: ValueChain, assessment: Assessment, key: str, ways: int = 3) -> Felt:
    """How a loss came to one node, by the rule of this module; without a way if it loses nothing.

    A node that is cut itself may lose by others too: the ways tell of these.

    Args:
        chain: the one that was assessed.
        ways: the most that are told, the widest first.

    Raises:
        Faults: a key that is not in the chain.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> chain, on = sources.toy(), date(2021, 3, 1)
        >>> chips = Disruption("No chips", ("TW",), on, "D1", industries=("C26",), severity_likely=0.4)
        >>> found = explain_node(chain, assess(chain, [chips], on, Method()), "FR_C29")
        >>> [(trade.supplier, trade.buyer) for trade in found.ways[0]]
        [('TW_C26', 'FR_C29')]
    """
    [node] = positions(chain, [key]).tolist()
    trades = _Trades.of(chain, assessment)
    return _felt(assessment, trades, node, ways if trades.loss[node] > _FELT_SHARE else 0)


def missing_share(chain: ValueChain, assessment: Assessment) -> Floats:
    """Share of each flow that is not delivered over the horizon: m of the rule, by flow of ``chain.inputs``.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> missing_share(sources.toy(), assess(sources.toy(), [], date(2021, 3, 1), Method())).max()
        np.float64(0.0)
    """
    gone = _Trades.of(chain, assessment).gone
    return 1.0 - (1.0 - assessment.short_share[chain.inputs.supplier]) * (1.0 - gone)


@dataclass(frozen=True, eq=False)
class _Trades:
    """What the rule asks of a chain and an assessment; ``gone`` is c by flow of ``chain.inputs``."""

    chain: ValueChain
    loss: Floats
    short: Floats
    direct: Floats
    gone: Floats
    most_gone: Floats
    binding: npt.NDArray[np.bool_]
    bought: Floats

    @classmethod
    def of(cls, chain: ValueChain, assessment: Assessment) -> _Trades:
        left, least = np.ones(len(chain.inputs.flow_meur)), np.ones(len(chain.inputs.flow_meur))
        shock, method = assessment.shock, assessment.method
        for found in shock.links(chain):
            left[found.where] *= 1.0 - found.cut[:, _LIKELY] * found.active[shock.weeks_before :, _LIKELY].mean()
            least[found.where] *= 1.0 - found.cut[:, _LIKELY] * found.active[:, _LIKELY].max()
        shares = (method.binding_share, method.goods_in_services_share)
        return cls(
            chain=chain,
            loss=assessment.nodes.loss_share.to_numpy(float),
            short=assessment.short_share,
            direct=assessment.nodes.direct_cut_share.to_numpy(float),
            gone=1.0 - left,
            most_gone=1.0 - least,
            binding=chain.once(("binding", shares), lambda: binding_inputs(chain, method)),
            bought=chain.once("bought", lambda: chain.flows.sum(axis=0)),
        )

    def into(self, node: int, most: int) -> list[tuple[int, int, float]]:
        """The strongest trades that hurt a node: flow in ``chain.inputs``, partner, share of the flow missing."""
        if self.short[node] >= self.loss[node] / 2:
            return self._from_suppliers(node, most)
        return self._from_customers(node, most)

    def _from_suppliers(self, node: int, most: int) -> list[tuple[int, int, float]]:
        inputs = self.chain.inputs
        first, last = np.searchsorted(inputs.buyer, [node, node + 1])
        groups = np.searchsorted(inputs.group_start, [first, last])
        best: tuple[float, list[tuple[int, int, float]]] = (0.0, [])
        for group in range(*groups.tolist()):
            flows = np.arange(*inputs.group_start[group : group + 2].tolist())
            supplier = inputs.supplier[flows]
            missing = 1.0 - (1.0 - self.short[supplier]) * (1.0 - self.gone[flows])
            weight = inputs.flow_meur[flows] * missing * (supplier != node)
            lack = weight.sum() / inputs.flow_meur[flows].sum()
            if self.binding[group] and lack > best[0]:
                best = lack, _strongest(flows, supplier, missing, weight, most)
        return best[1]

    def _from_customers(self, node: int, most: int) -> list[tuple[int, int, float]]:
        inputs = self.chain.inputs
        flows = np.flatnonzero(inputs.supplier == node)
        buyer = inputs.buyer[flows]
        missing = 1.0 - (1.0 - np.maximum(self.loss[buyer], 0.0)) * (1.0 - self.gone[flows])
        return _strongest(flows, buyer, missing, inputs.flow_meur[flows] * missing * (buyer != node), most)


def _strongest(
    flows: Integers, partner: Integers, missing: Floats, weight: Floats, most: int
) -> list[tuple[int, int, float]]:
    order = np.argsort(-weight, kind="stable")[:most].tolist()
    order = [one for one in order if weight[one] > _NARROW_SHARE * weight[order[0]]]
    return [(int(flows[one]), int(partner[one]), float(missing[one])) for one in order]


def _cuts(trades: _Trades, linked: Integers, most: int) -> Iterator[Cut]:
    """The largest cuts of nodes, then of flows."""
    chain, inputs = trades.chain, trades.chain.inputs
    labels = chain.nodes.label.to_numpy(object)
    for node in np.argsort(-trades.direct * chain.output, kind="stable")[:most].tolist():
        if trades.direct[node] > 0:
            yield Cut(str(labels[node]), "", float(chain.output[node]), float(trades.direct[node]))
    size = inputs.flow_meur[linked] * trades.most_gone[linked]
    for flow in linked[np.argsort(-size, kind="stable")][:most].tolist():
        ends = str(labels[inputs.supplier[flow]]), str(labels[inputs.buyer[flow]])
        yield Cut(*ends, float(inputs.flow_meur[flow]), float(trades.most_gone[flow]))


def _felt(assessment: Assessment, trades: _Trades, node: int, ways: int) -> Felt:
    row = assessment.nodes.iloc[node]
    return Felt(
        key=str(row.name),
        label=str(row.label),
        loss_meur=float(row.loss_meur),
        loss_low_meur=float(row.loss_low_meur),
        loss_high_meur=float(row.loss_high_meur),
        loss_share=float(row.loss_share),
        ways=tuple(_way(trades, node, *one) for one in trades.into(node, ways)),
    )


def _way(trades: _Trades, node: int, flow: int, partner: int, missing: float) -> tuple[Trade, ...]:
    """From a node back along a first trade, and on along the strongest."""
    told, passed = [_trade(trades, node, flow, missing)], {node, partner}
    while len(told) < _MOST_STEPS and not told[-1].cut and trades.direct[partner] == 0:
        further = [one for one in trades.into(partner, _MOST_STEPS + 1) if one[1] not in passed]
        if not further:
            break
        flow, following, missing = further[0]
        told.append(_trade(trades, partner, flow, missing))
        partner = following
        passed.add(partner)
    return tuple(told)


def _trade(trades: _Trades, hurt: int, flow: int, missing: float) -> Trade:
    chain, inputs = trades.chain, trades.chain.inputs
    supplier, buyer = int(inputs.supplier[flow]), int(inputs.buyer[flow])
    worth = float(inputs.flow_meur[flow])
    group = int(np.searchsorted(inputs.group_start, flow, side="right")) - 1
    of_industry = inputs.flow_meur[inputs.group_start[group] : inputs.group_start[group + 1]].sum()
    partner = buyer if hurt == supplier else supplier
    lost = trades.loss[partner] if hurt == supplier else trades.short[partner]
    return Trade(
        supplier=str(chain.keys[supplier]),
        buyer=str(chain.keys[buyer]),
        supplier_label=str(chain.nodes.label.iloc[supplier]),
        buyer_label=str(chain.nodes.label.iloc[buyer]),
        industry_label=resilience.label(chain, "industry", str(chain.nodes.industry.iloc[supplier])),
        by_orders=hurt == supplier,
        cut=bool(trades.gone[flow] > lost),
        flow_meur=worth,
        missing_share=missing,
        industry_share=worth / float(of_industry),
        input_share=float(share_of(np.array([worth]), np.array([trades.bought[buyer]]))[0]),
        sales_share=float(share_of(np.array([worth]), np.array([chain.output[supplier]]))[0]),
    )
