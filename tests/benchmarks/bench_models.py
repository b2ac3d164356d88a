"""Models of propagation on a dense random table of 46 × 64 nodes, 8.7 million flows, side by side with BoARIO."""

from __future__ import annotations

import itertools
import logging
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pymrio
from boario.extended_models import ARIOPsiModel
from measure import Row, seconds
from scipy import sparse

from graphs.assumptions import Ario
from graphs.method import Method
from graphs.propagation import propagate
from graphs.propagation.ario import ario_steps
from graphs.shock import Effect, Shock
from graphs.valuechain import Meta, ValueChain

COUNTRIES, INDUSTRIES, STEPS, ROUNDS = 46, 64, 8, 12
SAME = Ario(stock_days_goods=10.0, stock_days_flows=10.0, stock_days_services=10.0, binding_share=2.7e-8, alpha_max=1.0)


def rows() -> Iterator[Row]:
    """A step of ARIO beside one of BoARIO, in turns, by both ways of ordering; three scenarios; a year; others."""
    chain = table()
    read = seconds(chain.inputs.flow_meur.sum, runs=9)
    for by_capacity in (False, True):
        given = replace(SAME, orders_by_capacity=by_capacity)
        own, theirs, apart, least = side_by_side(chain, given)
        if apart > 1e-6:
            raise AssertionError(f"the two models are {apart:g} apart")
        how = "by capacity (BoARIO's default)" if by_capacity else "by normal shares"
        note = f"paths agree to {apart:.1g}, least output {least:.2f}; one reading of the flows {1000 * read:.1f} ms"
        yield Row(f"ARIO, {len(chain)} nodes, one step, orders {how}", own, "BoARIO", theirs, 40.0, note)
    for scenarios in (3, 16):
        step = seconds_a_step(chain, cut(chain, scenarios, 1 + ROUNDS), SAME)
        note = f"{1000 * step / scenarios:.1f} ms for each scenario and step"
        yield Row(f"ARIO, {len(chain)} nodes, {scenarios} scenarios side by side, one step", step, note=note)
    method, shock = Method(model="ario"), cut(chain, 1, 365)
    yield Row(f"ARIO, {len(chain)} nodes, a year of days", seconds(lambda: propagate(chain, shock, method), runs=1))
    method = Method(model="inoperability")
    yield Row(
        f"Inoperability, {len(chain)} nodes, a year of days", seconds(lambda: propagate(chain, shock, method), runs=1)
    )


def side_by_side(chain: ValueChain, given: Ario) -> tuple[float, float, float, float]:
    """Least seconds a step of each, in three turns of some steps; how far the paths are apart; the least output.

    Each runs its steps in a row, as it does in use: step by step in turn, the other's arrays would push the flows out
    of the cache each time.
    """
    shock = cut(chain, 1, 3 * STEPS)
    both = (ario_steps(chain, shock, Method(ario=given)), boario(chain, shock, given.orders_by_capacity))
    times: tuple[list[float], list[float]] = ([], [])
    apart, least = 0.0, 1.0
    for _ in range(3):
        paths = []
        for steps, taken in zip(both, times, strict=True):
            block = []
            for _ in range(STEPS):
                begin = time.perf_counter()
                block.append(next(steps))
                taken.append(time.perf_counter() - begin)
            paths.append(np.array([getattr(one, "made", one) for one in block]).reshape(STEPS, -1))
        apart, least = max(apart, float(abs(paths[0] - paths[1]).max())), min(least, float(paths[0].min()))
    return min(times[0]), min(times[1]), apart, least


def seconds_a_step(chain: ValueChain, shock: Shock, given: Ario) -> float:
    steps = ario_steps(chain, shock, Method(ario=given))
    next(steps)
    return seconds(lambda: next(steps), runs=shock.steps - 1)


def table() -> ValueChain:
    """A dense random table: every node sells to every node."""
    random = np.random.default_rng(1)
    n = COUNTRIES * INDUSTRIES
    flows = random.lognormal(0.0, 2.0, (n, n))
    final = random.uniform(0.8, 1.2, n) * flows.sum(axis=1)
    keys = [(f"r{r:02}", f"s{s:02}") for r, s in itertools.product(range(COUNTRIES), range(INDUSTRIES))]
    nodes = pd.DataFrame(keys, columns=["country", "industry"], index=pd.Index(map("_".join, keys), name="key"))
    nodes = nodes.assign(label=nodes.index, output_meur=flows.sum(axis=1) + final)
    membership = pd.DataFrame({"none": 0.0}, index=sorted(set(nodes.industry)))
    return ValueChain(
        nodes, sparse.csr_array(flows), pd.Series(final, nodes.index), Meta("Random table", 0, "INVENTED"), membership
    )


def cut(chain: ValueChain, scenarios: int, steps: int = STEPS) -> Shock:
    """Half of the capacity of one industry everywhere, from the second day on."""
    where = np.tile((chain.nodes.industry == "s07").to_numpy(float)[:, None] * 0.5, scenarios)
    active = np.ones((steps, scenarios))
    active[0] = 0
    return Shock((Effect("supply", where, active, np.zeros_like(where)),), steps, 1, scenarios)


def boario(chain: ValueChain, shock: Shock, by_capacity: bool) -> Iterator[np.ndarray]:
    """Output as a share of normal, step by step, in the order of the nodes."""
    pairs = pd.MultiIndex.from_frame(chain.nodes[["country", "industry"]], names=["region", "sector"])
    places = pd.MultiIndex.from_product([sorted(set(chain.nodes.country)), ["final"]], names=["region", "category"])
    demand = np.repeat(chain.final_demand.to_numpy(float)[:, None] / COUNTRIES, COUNTRIES, axis=1)
    flows = pd.DataFrame(chain.flows.toarray(), pairs, pairs)
    system = pymrio.IOSystem(Z=flows, Y=pd.DataFrame(demand, pairs, places))
    system.x = pymrio.calc_x(system.Z, system.Y)
    system.A = pymrio.calc_A(system.Z, system.x)
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        order = "alt" if by_capacity else "normal"
        model = ARIOPsiModel(system, order_type=order, alpha_max=1.0, main_inv_dur=10, psi_param=0.8)
    model.productive_capital_lost = None
    lost = 1.0 - shock.remaining("supply", len(chain))[:, :, 0]
    for step in range(shock.steps):
        model.prod_cap_delta_arbitrary = lost[step]
        if step > 1:
            model.calc_overproduction()
        model.calc_production(step)
        model.distribute_production()
        model.calc_orders()
        yield model.production / model.X_0
    logging.disable(logging.NOTSET)
