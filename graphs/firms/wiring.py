"""What a cascade runs over: the links of a firm network as shares, sorted for pulling and for pushing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphs.firms.network import ESSENTIAL, NON_ESSENTIAL, FirmNetwork
from graphs.valuechain import Floats, Integers

Positions = npt.NDArray[np.int32]

MODES = ("mixed", "linear", "leontief")


class Wiring(NamedTuple):
    """Links as shares, twice: by who is hit (to pull), and by who hits (to push). Firms stand in the order ``order``.

    An input group is what one customer buys of one essential sector, or of all non-essential sectors together: the
    worst group decides. Links of essentiality 0 stand in no group. All offsets end with the total.
    """

    order: Integers
    """Position in the network of each firm here: busy firms first, so that what is read most shares cache lines."""
    sales: Floats
    """s_out by firm."""
    sector: Positions
    sector_sales: Floats
    sector_start: Positions
    """Where the firms of each sector begin in ``sector_firm``."""
    sector_firm: Positions
    supplied_start: Positions
    """Where the suppliers of each customer begin in ``supplier`` (n + 1)."""
    supplier: Positions
    supplied: npt.NDArray[np.floating]
    """Λd by link, in the order of ``supplier``; −Λd where a link is the first of its group."""
    sold_start: Positions
    """Where the customers of each firm begin in ``customer`` (n + 1)."""
    customer: Positions
    sold: npt.NDArray[np.floating]
    """Λu by link, in the order of ``customer``."""
    push_start: Positions
    """Where the links of each supplier begin in ``push_group`` (n + 1)."""
    push_group: Positions
    push_supplied: Floats
    group_customer: Positions
    bought_start: Positions
    """Where the suppliers of each customer begin in ``push_supplier`` (n + 1)."""
    push_supplier: Positions
    push_sold: Floats
    replacement: bool


def wire(network: FirmNetwork, mode: str, replacement: bool) -> Wiring:
    """The links of a network as shares, for one mode.

    Λd_ij is W_ij over what j buys of i's sector if that is essential, over all that j buys if it is not (including
    what is neither), and 0 else; Λu_ij is W_ij / revenue_i, or / s_out_i where no revenue is given.

    Examples:
        >>> network = FirmNetwork.from_matrix([[0, 3.0], [0, 0]], sectors=["a", "b"])
        >>> wire(network, "linear", True).supplied.tolist()
        [-1.0]
    """
    order = np.argsort(
        -(np.diff(network.links.indptr) + np.bincount(network.links.indices, minlength=len(network))), kind="stable"
    )
    place = np.empty(len(network), np.int64)
    place[order] = np.arange(len(network))
    links = network.links.tocoo()
    supplier, customer, weight = place[links.row], place[links.col], links.data
    sales, revenue = network.sales[order], network.revenue_or_sales[order]
    codes = network.sector_codes[order]
    kind = _essentiality(network, mode, codes[supplier], codes[customer])
    bought = np.bincount(customer, weight, len(network))
    # One key for each group: the customer, then 0 for what is not essential, or the essential sector + 1.
    key = customer * (len(network.sector_names) + 1) + np.where(kind == ESSENTIAL, codes[supplier] + 1, 0)
    kept = np.flatnonzero(kind)
    kept = kept[np.lexsort((supplier[kept], key[kept]))]
    keys, group = np.unique(key[kept], return_inverse=True)
    of_group = np.bincount(group, weight[kept], len(keys))
    whole = np.where(kind[kept] == NON_ESSENTIAL, bought[customer[kept]], of_group[group])
    supplied = weight[kept] / whole
    group_customer = keys // (len(network.sector_names) + 1)
    by_supplier = np.argsort(supplier[kept], kind="stable")
    by_seller, by_buyer = np.lexsort((customer, supplier)), np.lexsort((supplier, customer))
    sold = weight / revenue[supplier]
    n = len(network)
    by_sector = np.argsort(codes, kind="stable")
    return Wiring(
        order=order,
        sales=sales,
        sector=codes.astype(np.int32),
        sector_sales=np.bincount(codes, sales, len(network.sector_names)).astype(float),
        sector_start=_starts(codes[by_sector], len(network.sector_names)),
        sector_firm=by_sector.astype(np.int32),
        supplied_start=_starts(customer[kept], n),
        supplier=supplier[kept].astype(np.int32),
        supplied=np.where(np.diff(group, prepend=-1) > 0, -supplied, supplied),
        sold_start=_starts(supplier[by_seller], n),
        customer=customer[by_seller].astype(np.int32),
        sold=sold[by_seller],
        push_start=_starts(supplier[kept][by_supplier], n),
        push_group=group[by_supplier].astype(np.int32),
        push_supplied=supplied[by_supplier],
        group_customer=group_customer.astype(np.int32),
        bought_start=_starts(customer[by_buyer], n),
        push_supplier=supplier[by_buyer].astype(np.int32),
        push_sold=sold[by_buyer],
        replacement=replacement,
    )


def _essentiality(network: FirmNetwork, mode: str, seller: Integers, buyer: Integers) -> npt.NDArray[np.int8]:
    """2 essential, 1 non-essential, 0 neither, by link."""
    if mode == "linear":
        return np.full(len(seller), NON_ESSENTIAL, np.int8)
    if mode == "leontief":
        return np.full(len(seller), ESSENTIAL, np.int8)
    return network.essential_codes[seller, buyer]


def _starts(sorted_owner: Integers, count: int) -> Positions:
    """Where each of ``count`` owners begins in a list sorted by owner, and the total."""
    return np.searchsorted(sorted_owner, np.arange(count + 1)).astype(np.int32)
