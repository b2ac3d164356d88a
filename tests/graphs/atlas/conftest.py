"""What the tests of the atlas share: chains that are odd in one way or another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from scipy import sparse

from graphs import classification
from graphs.valuechain import Meta, ValueChain

INDUSTRIES = ("A", "B", "C10-C12", "C26", "C29", "C31-C33", "D35", "F", "G47", "H49", "I", "J62_J63", "Q", "cars")
COUNTRIES = ("DE", "FR", "IT", "SE", "PL", "CY", "GB", "US", "BR", "TW", "JP", "AU", "ROW", "XX")
META = Meta("Invented chain", 0, "INVENTED for tests")


def _chain_of(places, flows, demand=None, membership=None) -> ValueChain:
    """A chain of (country, industry) pairs, which may stand twice; output is what is sold."""
    n = len(places)
    flows = np.asarray(flows, float).reshape(n, n)
    nodes = pd.DataFrame(list(places), columns=["country", "industry"])
    nodes.index = pd.Index([f"{country}_{industry}_{i}" for i, (country, industry) in enumerate(places)], name="key")
    demand = pd.Series(np.full(n, 100.0) if demand is None else demand, nodes.index, dtype=float)
    nodes["label"] = [f"{industry} ({country})" for country, industry in places]
    nodes["output_meur"] = np.maximum(flows.sum(axis=1) + demand.to_numpy(), 0)
    shares = pd.DataFrame() if membership is None else membership
    return ValueChain(nodes, sparse.csr_array(flows), demand, META, shares)


@st.composite
def wide_chains(draw) -> ValueChain:
    """Up to fifty nodes of many places and industries, some twice, some without output or without a link."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 50))
    countries = COUNTRIES[: draw(st.integers(1, len(COUNTRIES)))]
    if draw(st.booleans()):
        countries = countries[::-1][: draw(st.integers(1, len(countries)))]
    industries = INDUSTRIES[: draw(st.integers(1, len(INDUSTRIES)))]
    places = [(str(random.choice(countries)), str(random.choice(industries))) for _ in range(n)]
    linked = random.random((n, n)) < draw(st.sampled_from((0.0, 0.05, 0.4, 1.0)))
    flows = random.pareto(1.0, (n, n)).clip(max=1e4).round(draw(st.sampled_from((0, 2)))) * linked
    demand = flows.sum(axis=0) + random.uniform(0, 100, n).round(1)
    idle = random.random(n) < draw(st.sampled_from((0.0, 0.3, 1.0)))
    flows[idle], flows[:, idle], demand[idle] = 0, 0, 0
    return _chain_of(places, flows, demand, classification.membership(INDUSTRIES))


@pytest.fixture(scope="session")
def chains() -> st.SearchStrategy[ValueChain]:
    """Small chains with every oddity of accounts, and wide ones with every oddity of places."""
    return st.one_of(st.from_type(ValueChain), wide_chains())


@pytest.fixture(scope="session")
def chain_of():
    """A chain of (country, industry) pairs; see above."""
    return _chain_of
