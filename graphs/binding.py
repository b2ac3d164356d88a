"""Which inputs stop a node when they are missing: goods, energy and transport of some size, and hardly any service."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphs import classification
from graphs.method import Method
from graphs.valuechain import ValueChain, share_of

GOODS, FLOWS, SERVICES = "goods", "flows", "services"
_MADE, _DELIVERED = set("ABCF"), set("DEH")
"""Sections of NACE: what is made and stored, and what is delivered as it is made (energy, water, transport)."""


def kind(industry: str) -> str:
    """Whether an industry makes goods, flows (energy, water, transport) or services; what is no NACE code is a good.

    Examples:
        >>> kind("C26"), kind("D35"), kind("M69"), kind("my firm")
        ('goods', 'flows', 'services', 'goods')
    """
    sections = {division[0] for division in classification.divisions(industry)}
    if sections & _DELIVERED:
        return FLOWS
    return GOODS if not sections or sections & _MADE else SERVICES


def kinds(chain: ValueChain) -> npt.NDArray[np.str_]:
    """The kind of each industry, by the codes in ``chain.inputs.industry``.

    Examples:
        >>> from graphs import sources
        >>> kinds(sources.toy()).tolist()
        ['goods', 'goods', 'goods', 'services']
    """
    return np.array([kind(industry) for industry in sorted(set(chain.nodes.industry))])


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
    of_industry = kinds(chain)
    sold, buyer = of_industry[links.industry[first]], links.buyer[first]
    buying = of_industry[chain.industry_codes[buyer]]
    share = share_of(np.add.reduceat(links.flow_meur, first), chain.output[buyer])
    for_services = (sold == GOODS) & (buying == SERVICES)
    enough = np.where(for_services, method.goods_in_services_share, method.binding_share)
    return np.asarray((sold != SERVICES) & (share >= enough))
