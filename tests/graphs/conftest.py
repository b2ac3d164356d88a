"""What the tests of graphs share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from graphs.valuechain import ValueChain


@pytest.fixture(scope="session")
def odd_chains() -> dict[str, ValueChain]:
    """Chains in which something is missing that every other has."""

    def chain(places: Sequence[str], flows: Any, demand: Any = None) -> ValueChain:
        n = len(places)
        flows = np.broadcast_to(np.asarray(flows, float), (n, n))
        sold = np.full(n, 100.0) if demand is None else np.asarray(demand, float)
        built = ValueChain.from_matrix([f"{place}_{i}" for i, place in enumerate(places)], flows, sold)
        nodes = built.nodes.assign(industry=[place.partition("_")[2] for place in places])
        return ValueChain(nodes, built.flows, built.final_demand, built.meta)

    return {
        "one node": chain(["DE_C29"], 0),
        "one node that buys of itself": chain(["DE_C29"], 50),
        "no links": chain(["DE_A", "FR_C29"], 0),
        "no ecosystem": chain(["DE_cars", "FR_boats"], 5),
        "no output": chain(["DE_A", "FR_C29"], 0, [0, 0]),
        "no output in places": chain(["DE_A", "FR_C29", "IT_C29"], 0, [0, 0, 5]),
        "negative demand": chain(["DE_A", "FR_C29"], [[10, 50], [5, 20]], [-30, 80]),
        "nobody in the EU": chain(["US_A", "TW_C29", "ROW_C29"], 1),
        "the rest of the world": chain(["ROW_A", "ROW_C29"], 1),
        "twins": chain(["DE_C29"] * 12, 1),
    }
