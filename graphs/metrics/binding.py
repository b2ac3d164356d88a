"""Which inputs stop a node when they are missing, by the rule that the inventory model has too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs import classification
from graphs.method import Method
from graphs.valuechain import ValueChain, share_of

GOODS, FLOWS, SERVICES = "ABCF", "DEH", "GIJKLMNOPQRSTU"
"""Sections of NACE: what is made and stored, and what is delivered as it is made (energy, water, transport)."""


def binding_inputs(chain: ValueChain, method: Method | None = None) -> npt.NDArray[np.bool_]:
    """Whether the lack of an input industry stops its buyer within weeks, by group of ``chain.inputs``.

    Goods, energy and transport bind where they are at least ``method.binding_share`` of the buyer's output, goods for
    services where they are ``method.goods_in_services_share``; services never do. What is no NACE code is a good.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> binding_inputs(chain).sum(), len(chain.inputs.group_start) - 1
        (np.int64(18), 26)
    """
    method = method or Method()
    links, first = chain.inputs, chain.inputs.group_start[:-1]
    if not len(first):
        return np.zeros(0, bool)
    codes, names = pd.factorize(chain.nodes.industry, sort=True)
    services = np.array([_is_only(name, SERVICES) for name in names])
    goods = ~services & ~np.array([_has(name, FLOWS) for name in names])
    sold, buyer = links.industry[first], links.buyer[first]
    share = share_of(np.add.reduceat(links.flow_meur, first), chain.output[buyer])
    for_services = goods[sold] & services[codes[buyer]]
    enough = np.where(for_services, method.goods_in_services_share, method.binding_share)
    return ~services[sold] & (share >= enough)


def _sections(industry: str) -> set[str]:
    return {division[0] for division in classification.divisions(industry)}


def _is_only(industry: str, sections: str) -> bool:
    return bool(_sections(industry)) and _sections(industry) <= set(sections)


def _has(industry: str, sections: str) -> bool:
    return bool(_sections(industry) & set(sections))
