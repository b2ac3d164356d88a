"""Ensembles: each scenario is the shock that its name says, alone; and a plan over them weighs them."""

from datetime import date

import numpy as np
import pytest

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.method import Method
from graphs.planning.ensembles import of_history, of_links, of_nodes
from graphs.planning.measures import Measure
from graphs.planning.plan import plan
from graphs.propagation import propagate
from graphs.shock import shock

ON, METHOD = date(2021, 3, 1), Method(horizon_weeks=12)
CHIPS = Disruption("Chips", ("TW",), ON, "D1", industries=("C26",), effect="supply", severity_likely=0.4)
BAN = Disruption("Ban", ("FR",), ON, "D2", industries=("C29",), effect="link", felt=("DE",), severity_likely=0.5)
SLUMP = Disruption("Slump", ("DE",), ON, "D3", effect="demand", severity_likely=0.3)

pytestmark = pytest.mark.usefixtures("one_thread")


def test_what_is_on_record_comes_again_alone(toy):
    every = of_history(toy, METHOD, [CHIPS, BAN, SLUMP])
    assert every.names == ("D1 Chips", "D2 Ban", "D3 Slump")
    kept = propagate(toy, every.shock, METHOD).kept
    for lane, one in enumerate((CHIPS, BAN, SLUMP)):
        alone = propagate(toy, shock(toy, [one], ON, METHOD), METHOD).kept[:, :, 1]
        np.testing.assert_allclose(kept[:, :, lane], alone, atol=1e-12)


def test_each_link_is_cut_alone(toy):
    every = of_links(toy, METHOD, 1.0, 8, 30)
    kept = propagate(toy, every.shock, METHOD).kept
    ban = Disruption("Ban", ("TW",), ON, industries=("C26",), effect="link", felt=("DE",), end=date(2021, 4, 25),
                     severity_low=1, severity_likely=1, severity_high=1)  # fmt: skip
    lane = every.names.index("TW_C26 → DE_C29 cut")
    whole = propagate(toy, shock(toy, [ban], ON, METHOD), METHOD).kept[:, :, 1]
    assert (kept[:, 2, lane] < 1).any()
    assert (kept[:, :, lane] >= whole - 1e-12).all()
    [links] = [one for one in every.shock.links(toy) if one.active[0, lane]]
    assert len(links.where) == 1


def test_a_plan_over_every_node(toy):
    """A second supplier of chips pays over many shocks, by its mean over all of them."""
    every = of_nodes(toy, METHOD, 0.9, 12)
    stock = Measure("M1", "stock", 6, ("DE_C29",), ("TW_C26",), cost_likely_meur="0.1")
    found = plan(toy, every.shock, [stock], 5, METHOD, every.weights)
    alone = of_nodes(toy, METHOD, 0.9, 12, ["TW_C26"])
    single = plan(toy, alone.shock, [stock], 5, METHOD, alone.weights)
    assert 0 < found.avoided_meur <= single.avoided_meur
    assert found.avoided_meur >= single.avoided_meur / 12 - 1e-9


def test_what_is_no_ensemble_is_said(toy):
    with pytest.raises(Faults, match="share: 0 is not a share above 0"):
        of_nodes(toy, METHOD, 0, 0)
    with pytest.raises(Faults, match="no flow across a border"):
        of_links(toy, METHOD, 1, 8, 1e9)
    with pytest.raises(Faults, match="none of them counts"):
        of_history(toy, METHOD, [])
