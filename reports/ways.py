"""How a loss got somewhere, in sentences: what is bought or sold, how much that is, and what of it is missing."""

from __future__ import annotations

from graphs.explanation import Felt, Trade
from graphs.levels import percent
from reports.amounts import euros


def ways_said(felt: Felt) -> list[list[str]]:
    r"""The ways by which a loss comes to a node, a sentence a step, from where it is felt to where it begins.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.explanation import explain
        >>> from graphs.method import Method
        >>> chain, on = sources.toy(), date(2021, 3, 1)
        >>> chips = Disruption("No chips", ("TW",), on, "D1", industries=("C26",), severity_likely=0.4)
        >>> first = explain(chain, assess(chain, [chips], on, Method())).felt[0]
        >>> print(ways_said(first)[0][0].replace("\xa0", " "))  # doctest: +NORMALIZE_WHITESPACE
        It buys for 40 million € a year from Electronics (Taiwan): 53 % of its purchases of that industry, 18 % of all
        it buys. 12 % of that could not be supplied.
    """
    told = []
    for way in felt.ways:
        sentences, who = [], "It"
        for trade in way:
            sentences.append(_sentence(trade, who))
            who = trade.buyer_label if trade.by_orders else trade.supplier_label
        told.append(sentences)
    return told


def _sentence(trade: Trade, who: str) -> str:
    flow, missing = euros(trade.flow_meur), percent(trade.missing_share)
    if trade.by_orders:
        why = "can no longer be sold: the disruption cuts it" if trade.cut else "was not ordered"
        said = f"{who} sells for {flow} a year to {trade.buyer_label}: {percent(trade.sales_share)} of its output"
    else:
        why = "is missing: the disruption cuts it" if trade.cut else "could not be supplied"
        part = f"{percent(trade.industry_share)} of its purchases of that industry"
        said = f"{who} buys for {flow} a year from {trade.supplier_label}: {part}, "
        said += f"{percent(trade.input_share)} of all it buys"
    return f"{said}. {missing} of that {why}."
