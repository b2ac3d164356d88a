"""What others replace when a supplier fails, and what is lost, against plain loops and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.binding import binding_inputs
from graphs.errors import Faults
from graphs.method import Method
from graphs.valuechain import ValueChain

RANDOM = st.from_type(ValueChain)
SPARE = st.sampled_from((0.0, 0.1, 0.5, 2.0))
SERVICES = {"G47"}
FLOWS = {"D35", "H49"}


def binds(chain: ValueChain, sold: str, bought: float, j: int) -> bool:
    """The rule in words: services never; goods for services from 5 per cent of output; the rest from 0.5 per cent."""
    for_service = chain.nodes.industry.iloc[j] in SERVICES and sold not in FLOWS
    least = 0.05 if for_service else 0.005
    return sold not in SERVICES and bought >= least * chain.output[j]


def by_hand(chain: ValueChain, spare: float) -> tuple[list[float], list[float]]:
    """Substitutability and expected loss, with plain loops over a table of flows."""
    z, industry, n = chain.flows.toarray(), chain.nodes.industry.tolist(), len(chain)
    kept, losses = [], []
    for j in range(n):
        needed = replaced = expected = total = 0.0
        for i in range(n):
            if i == j or z[i, j] == 0:
                continue
            group = sum(z[k, j] for k in range(n) if industry[k] == industry[i])
            others = min(z[i, j], spare * (group - z[i, j]))
            total += z[i, j]
            if binds(chain, industry[i], group, j):
                needed += z[i, j]
                replaced += others
                expected += z[i, j] * (z[i, j] - others) / group
        kept.append(replaced / needed if needed else 1.0)
        losses.append(expected / total if total else 0.0)
    return kept, losses


@given(chain=RANDOM, spare=SPARE)
def test_replacement_by_hand(chain, spare):
    kept, losses = by_hand(chain, spare)
    np.testing.assert_allclose(metrics.substitutability(chain, spare), kept, rtol=1e-9, atol=1e-12)
    found = metrics.expected_loss_of_a_random_supplier(chain, spare)
    np.testing.assert_allclose(found, losses, rtol=1e-9, atol=1e-12)


@given(chain=RANDOM, spare=SPARE)
def test_more_spare_capacity_never_hurts(chain, spare):
    less, more = metrics.substitutability(chain, spare), metrics.substitutability(chain, spare + 0.2)
    assert less.between(0, 1 + 1e-12).all()
    assert (less <= more + 1e-12).all()
    losses = metrics.expected_loss_of_a_random_supplier
    assert losses(chain, spare).between(0, 1 + 1e-12).all()
    assert (losses(chain, spare + 0.2) <= losses(chain, spare) + 1e-12).all()


def test_cars_of_the_toy(toy):
    """FR_C29 buys chips for 10, 15 and 20, cars for 20 (40 it makes itself), retail for 10; others give 10 % more."""
    assert metrics.substitutability(toy, 0.1)["FR_C29"] == pytest.approx((3.5 + 3 + 2.5 + 4) / 65)
    lost = 10 * 6.5 / 45 + 15 * 12 / 45 + 20 * 17.5 / 45 + 20 * 16 / 60
    assert metrics.expected_loss_of_a_random_supplier(toy, 0.1)["FR_C29"] == pytest.approx(lost / 75)


def test_one_supplier_is_replaced_by_none():
    chain = ValueChain.from_matrix(["DE_C29", "FR_C26"], [[0, 0], [50, 0]], [100, 50])
    assert metrics.substitutability(chain, 5.0).tolist() == [0, 1]
    assert metrics.expected_loss_of_a_random_supplier(chain, 5.0).tolist() == [1, 0]


def test_without_spare_capacity_it_is_the_concentration_of_what_binds(estimate):
    """All purchases of the buyer bind, none is its own: the mean of Σ s² over its inputs."""
    chain = ValueChain.from_matrix(
        ["DE_C29", "FR_C26", "TW_C26", "US_B"], [[0, 0, 0, 0], [30, 0, 0, 0], [10, 0, 0, 0], [20, 0, 0, 0]], [100] * 4
    )
    wanted = metrics.supplier_concentration(chain, over="suppliers").iloc[0]
    assert metrics.expected_loss_of_a_random_supplier(chain, 0.0).iloc[0] == pytest.approx(wanted)
    assert metrics.substitutability(estimate, 0.0).isin([0, 1]).all()


@given(chain=RANDOM)
def test_the_method_says_what_binds(chain):
    strict, loose = Method(binding_share=1.0, goods_in_services_share=1.0), Method(binding_share=0.0)
    count = [binding_inputs(chain, one).sum() for one in (strict, Method(), loose)]
    assert count == sorted(count)


@pytest.mark.parametrize("spare", [-0.1, float("nan"), float("inf")])
def test_faults(toy, spare):
    for metric in (metrics.substitutability, metrics.expected_loss_of_a_random_supplier):
        with pytest.raises(Faults, match=r"spare_share: .* is not a number of 0 or more"):
            metric(toy, spare)
