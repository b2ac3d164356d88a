"""ESRI of every firm: scenarios in lanes beside one scenario at a time in scipy; and a country of 134,000 firms.

The networks are SYNTHETIC: nothing in them was observed. The large one is timed on a random sample of firms and carried
over to all; ``python3 tests/benchmarks/bench_firms.py full`` runs all of them (about ten minutes on two quiet cores).
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from measure import Row
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from graphs.firms import FirmNetwork, esri

SECTORS = 600
EPSILON = 0.01
SAMPLE = 2048


def synthetic(firms: int, links: int, seed: int = 1) -> FirmNetwork:
    """A SYNTHETIC network: who supplies whom is drawn by size, sizes with tails of exponent 1.2 (suppliers) and 1.5
    (customers), none above 1 % of all; weights lognormal (σ 2), from euro to millions; 600 sectors by Zipf (0.8).

    Inputs are essential in 60 %, non-essential in 30 %, neither in 10 % of pairs of sectors: a hard case, in which
    cascades take some six steps and reach most firms. With fewer essential inputs they end sooner.
    """
    random = np.random.default_rng(seed)

    def cumulated(exponent: float) -> np.ndarray:
        size = (1 - random.random(firms)) ** (-1 / exponent)
        size = np.minimum(size, size.sum() * 0.01)
        return np.cumsum(size) / size.sum()

    supplier, customer = cumulated(1.2), cumulated(1.5)
    pairs = np.zeros(0, np.int64)
    while len(pairs) < links:
        one, other = np.searchsorted(supplier, random.random(links)), np.searchsorted(customer, random.random(links))
        pairs = np.unique(np.concatenate([pairs, (one * firms + other)[one != other]]))
    pairs = random.permutation(pairs)[:links]
    weight = 1000 * random.lognormal(0, 2, links)
    matrix = sparse.csr_array((weight, (pairs // firms, pairs % firms)), shape=(firms, firms))
    zipf = np.arange(1, SECTORS + 1) ** -0.8
    names = [f"s{k:03d}" for k in range(SECTORS)]
    sector = random.choice(names, firms, p=zipf / zipf.sum())
    table = pd.DataFrame({"sector": sector}, index=pd.Index([f"f{i}" for i in range(firms)], name="firm"))
    return FirmNetwork(
        table, matrix, pd.DataFrame(random.choice(3, (SECTORS, SECTORS), p=(0.1, 0.3, 0.6)), names, names)
    )


def straightforward(network: FirmNetwork, firms: np.ndarray) -> np.ndarray:
    """ESRI and steps (m × 2) in scipy, one scenario at a time: sparse products, all that can be made once made once."""
    links, codes, sales = network.links.tocoo(), network.sector_codes, network.sales
    n, count = len(network), len(network.sector_names)
    kind = network.essential_codes[codes[links.row], codes[links.col]]
    keys, group = np.unique(links.col.astype(np.int64) * count + codes[links.row], return_inverse=True)
    essential, plain = kind == 2, kind == 1
    whole = np.bincount(group, links.data)[group[essential]]
    groups, row = np.unique(group[essential], return_inverse=True)
    hard = sparse.csr_array((links.data[essential] / whole, (row, links.row[essential])), shape=(len(groups), n))
    owner = keys[groups] // count
    bought = np.bincount(links.col, links.data, n)[links.col[plain]]
    soft = sparse.csr_array((links.data[plain] / bought, (links.col[plain], links.row[plain])), shape=(n, n))
    above = sparse.csr_array((links.data / network.revenue_or_sales[links.row], (links.row, links.col)), shape=(n, n))
    results = np.empty((len(firms), 2))
    for k, firm in enumerate(firms):
        psi = np.ones(n)
        psi[firm] = 0
        down, up, steps, change = psi.copy(), psi.copy(), 0, 1.0
        while change > EPSILON:
            market = np.bincount(codes, sales * down, count)
            market[market <= 1e-10] = 1
            short = np.minimum(1, sales / market[codes]) * (1 - down)
            worst = soft @ short
            np.maximum.at(worst, owner, hard @ short)
            new_down = np.maximum(0, np.minimum(psi, 1 - worst))
            new_up = np.maximum(0, np.minimum(psi, 1 - above @ (1 - up)))
            change = max((down - new_down).max(), (up - new_up).max())
            down, up, steps = new_down, new_up, steps + 1
        results[k] = sales @ (1 - np.minimum(down, up)) / sales.sum(), steps
    return results


def rows() -> Iterator[Row]:
    """10,000 firms in full beside a sample in scipy; 134,000 firms by a sample of them."""
    network = synthetic(10_000, 100_000)
    esri(network, network.keys[:1])
    esri(network, network.keys[:1], precision="single")
    sample = np.random.default_rng(2).choice(10_000, 200, replace=False)
    begin = time.perf_counter()
    plain = straightforward(network, sample)
    plain_s = (time.perf_counter() - begin) / len(sample) * 10_000
    for precision, most in (("double", 1e-12), ("single", 1e-6)):
        begin = time.perf_counter()
        found = esri(network, precision=precision)
        own_s = time.perf_counter() - begin
        assert np.abs(found.esri.to_numpy()[sample] - plain[:, 0]).max() < most
        assert (found.iterations.to_numpy()[sample] == plain[:, 1]).all()
        note = f"mean {found.iterations.mean():.1f} steps; scipy carried over from {len(sample)} firms"
        yield Row(f"ESRI of 10,000 firms, {precision}", own_s, "scipy, one at a time", plain_s, 12.0, note)
    yield from _country(SAMPLE)


def _country(sample: int) -> Iterator[Row]:
    """134,000 firms with 1.3 million links, the size of Hungary's network in Diem et al. 2022."""
    network = synthetic(134_000, 1_300_000)
    chosen = network.keys[np.random.default_rng(2).choice(len(network), min(sample, len(network)), replace=False)]
    for precision in ("double", "single"):
        esri(network, chosen[:1], precision=precision)
        begin = time.perf_counter()
        found = esri(network, chosen, precision=precision)
        own_s = (time.perf_counter() - begin) * len(network) / len(chosen)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        note = f"mean {found.iterations.mean():.1f} steps; {len(chosen)} firms run; memory at most {memory:.1f} GB"
        yield Row(f"ESRI of 134,000 firms, {precision}", own_s, bar=900.0, note=note)


if __name__ == "__main__":
    for row in _country(134_000 if sys.argv[1:] == ["full"] else SAMPLE):
        print(f"{row.work}: {row.own_s:.0f} s, {row.verdict} {row.note}", flush=True)
