"""Re-scoring after one new disruption, beside the same from nothing known, on a hard day and a calmer one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from measure import Row, seconds
from scipy import sparse

from graphs import sources
from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.valuechain import Meta, ValueChain
from tracker import record

METHOD = Method()


def rows() -> Iterator[Row]:
    """The shipped estimate, and a table of 46 regions × 64 industries in which nearly every pair trades."""
    for chain, bar in ((sources.estimate_2014(), 0.050), (dense(46, 64), 0.150)):
        records = record.embedded([])
        for day, what in ((date(2020, 4, 26), "worst day"), (date(2021, 3, 15), "calmer day")):
            known = assess(chain, records, day, METHOD)
            new = Disruption("New", ("TW",), day, "X1", industries=("C26",), effect="supply", severity_likely=0.4)
            now = [*records, new]
            taken, anew = assess(chain, now, day, METHOD, known), assess(chain, now, day, METHOD)
            pd.testing.assert_frame_equal(taken.points, anew.points, rtol=1e-11, atol=1e-11)
            own = seconds(lambda c=chain, n=now, d=day, k=known: assess(c, n, d, METHOD, k), 7)
            other = seconds(lambda c=chain, n=now, d=day: assess(c, n, d, METHOD), 2)
            work = f"one new disruption beside {len(known.disruptions)}, {what}, {len(chain):,} nodes"
            yield Row(work, own, note=f"{other / own:.1f} × from nothing known ({other:.3g} s)", bar=bar)


def dense(regions: int, industries: int) -> ValueChain:
    """A SYNTHETIC table in the likeness of the estimate: its codes, sizes heavy-tailed, a third of flows at home."""
    random = np.random.default_rng(1)
    codes = [f"C{10 + i}" if i < 24 else f"S{i}" for i in range(industries)]
    codes = list(dict.fromkeys([*(f"{d}" for d in _NACE), *codes]))[:industries]
    countries = [*sources.estimate_2014().nodes.country.unique(), "XA", "XB"][:regions]
    keys = [f"{country}_{code}" for country in countries for code in codes]
    n, size = len(keys), random.lognormal(8, 1.5, len(keys))
    flows = np.outer(size, size) * random.lognormal(0, 1, (n, n)) * (random.random((n, n)) < 0.99)
    home = np.kron(np.eye(regions), np.ones((industries, industries))) > 0
    flows *= np.where(home, 20.0, 1.0)
    flows *= 0.55 * size / flows.sum(axis=0)
    demand = np.maximum(size - flows.sum(axis=1), 0.05 * size)
    nodes = pd.DataFrame({"country": [key.split("_")[0] for key in keys], "industry": codes * regions, "label": keys})
    nodes.index = pd.Index(keys, name="key")
    nodes["output_meur"] = flows.sum(axis=1) + demand
    meta = replace(Meta("Synthetic table", 0, "SYNTHETIC, made for benchmarks"))
    return ValueChain(nodes, sparse.csr_array(flows), pd.Series(demand, nodes.index), meta)


_NACE = (
    "A01 A02 A03 B C10-C12 C13-C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31_C32 C33 D35 E36 "
    "E37-E39 F G45 G46 G47 H49 H50 H51 H52 H53 I J58 J59_J60 J61 J62_J63 K64 K65 K66 L68 M69_M70 M71 M72 M73 M74_M75 "
    "N77 N78 N79 N80-N82 O84 P85 Q86 Q87_Q88 R90-R92 R93 S94 S95 S96 T U"
).split()
