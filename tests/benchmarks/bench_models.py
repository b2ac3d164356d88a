"""Models of propagation on a dense random table of 46 × 64 nodes, 8.7 million flows, side by side with BoARIO."""

from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pymrio
from boario.extended_models import ARIOPsiModel
from measure import Row, seconds
from scipy import sparse

from graphs.assumptions import Ario
from graphs.method import Method
from graphs.propagation.ario import ario_steps
from graphs.shock import Effect, Shock
from graphs.valuechain import Meta, ValueChain

COUNTRIES, INDUSTRIES, STEPS = 46, 64, 6
SAME = Ario(stock_days_goods=10.0, stock_days_flows=10.0, stock_days_services=10.0, binding_share=2.7e-8, alpha_max=1.0)


def rows() -> Iterator[Row]:
    """ARIO a step, daily, one scenario and three; BoARIO a step on the same table, and the same path from both."""
    chain = table()
    shock = cut(chain, 1)
    theirs, paths = boario(chain, shock)
    own = run(chain, shock)
    worst = max(abs(a - b).max() for a, b in zip(own, paths, strict=True))
    if worst > 1e-6:
        raise AssertionError(f"the two models are {worst:g} apart")
    note = f"paths agree to {worst:.1g} over {STEPS} steps, least output {min(one.min() for one in own):.2f}"
    setup = seconds(lambda: next(ario_steps(chain, shock, Method(ario=SAME))), runs=2)
    many = 1 + 4 * STEPS
    for scenarios, other, bar in ((1, theirs, 40.0), (3, None, None)):
        shock = cut(chain, scenarios, many)
        whole = seconds(lambda shock=shock: [None for _ in ario_steps(chain, shock, Method(ario=SAME))], runs=3)
        first = (
            setup if scenarios == 1 else seconds(lambda shock=shock: next(ario_steps(chain, shock, Method(ario=SAME))))
        )
        step = (whole - first) / (many - 1)
        said = note if scenarios == 1 else f"{step / scenarios * 1000:.1f} ms for each scenario and step"
        yield Row(
            f"ARIO, {len(chain)} nodes, k = {scenarios}, one step", step, "BoARIO" if other else "", other, bar, said
        )
    yield Row(f"ARIO, {len(chain)} nodes, the setting up and the first step", setup)


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


def run(chain: ValueChain, shock: Shock) -> list[np.ndarray]:
    return [one.made[:, 0] for one in ario_steps(chain, shock, Method(ario=SAME))]


def boario(chain: ValueChain, shock: Shock) -> tuple[float, list[np.ndarray]]:
    """Seconds a step, and output as a share of normal at each."""
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = pd.MultiIndex.from_frame(chain.nodes[["country", "industry"]], names=["region", "sector"])
        countries = pd.MultiIndex.from_product(
            [sorted(set(chain.nodes.country)), ["final"]], names=["region", "category"]
        )
        demand = np.repeat(chain.final_demand.to_numpy(float)[:, None] / COUNTRIES, COUNTRIES, axis=1)
        system = pymrio.IOSystem(
            Z=pd.DataFrame(chain.flows.toarray(), pairs, pairs), Y=pd.DataFrame(demand, pairs, countries)
        )
        system.x = pymrio.calc_x(system.Z, system.Y)
        system.A = pymrio.calc_A(system.Z, system.x)
        model = ARIOPsiModel(system, order_type="normal", alpha_max=1.0, main_inv_dur=10, psi_param=0.8)
        model.productive_capital_lost = None
        cut_share = 1.0 - shock.remaining("supply", len(chain))[:, :, 0]
        paths = []

        def step(at: int) -> None:
            model.prod_cap_delta_arbitrary = cut_share[at]
            if at > 1:
                model.calc_overproduction()
            model.calc_production(at)
            model.distribute_production()
            model.calc_orders()
            paths.append(model.production / model.X_0)

        times = [seconds(lambda at=at: step(at), runs=1) for at in range(shock.steps)]
    logging.disable(logging.NOTSET)
    return min(times[1:]), paths
