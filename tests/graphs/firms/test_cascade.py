"""The firm cascade: the authors' numbers, the formulas in plain loops, laws that hold on any network, long runs."""

import importlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from graphs import sources
from graphs.errors import Faults
from graphs.firms import Cascade, FirmNetwork, cascade, esri
from graphs.firms.vectors import LANES
from graphs.sources.firms import read_firms

MODULE = importlib.import_module("graphs.firms.cascade")
COLUMNS = ["esri", "esri_down", "esri_up"]
CASES = [
    (case, mode, market, epsilon)
    for case, modes in (("esri_fig1", ("mixed", "linear", "leontief")), ("esri_vitelot13", ("mixed",)))
    for mode in modes
    for market in ("market", "nomarket")
    for epsilon in ("0.01", "1e-06")
]


def by_formula(
    network: FirmNetwork, psi: np.ndarray, mode: str, epsilon: float, replacement: bool
) -> tuple[np.ndarray, np.ndarray, int]:
    """h^d, h^u and the number of steps, by the formulas of Diem et al. 2022 in plain loops over a dense matrix."""
    W, sector = network.links.toarray(), list(network.firms.sector)
    firms, kinds = range(len(W)), sorted(set(sector))
    sales, bought = W.sum(axis=1), W.sum(axis=0)
    revenue = network.revenue_or_sales

    def essential(k: str, of: str) -> int:
        return {"linear": 1, "leontief": 2}.get(mode) or int(network.essential.loc[k, of])

    def of_sector(k: str, j: int) -> float:
        return sum(W[i, j] for i in firms if sector[i] == k)

    hd, hu, steps = psi.copy(), psi.copy(), 0
    while True:
        market = {k: sum(sales[i] * hd[i] for i in firms if sector[i] == k) for k in kinds}
        sigma = [min(1.0, sales[i] / (market[sector[i]] if market[sector[i]] > 1e-10 else 1.0)) for i in firms]
        new_down, new_up = psi.copy(), psi.copy()
        for j in firms:
            plain = 0.0
            for k in kinds:
                code = essential(k, sector[j])
                whole = of_sector(k, j) if code == 2 else bought[j]
                if code == 0 or whole == 0:
                    continue
                short = sum(
                    (sigma[i] if replacement else 1.0) * (1 - hd[i]) * W[i, j] / whole for i in firms if sector[i] == k
                )
                if code == 2:
                    new_down[j] = min(new_down[j], 1 - short)
                else:
                    plain += short
            new_down[j] = max(0.0, min(new_down[j], 1 - plain))
            if revenue[j] > 0:
                new_up[j] = max(0.0, min(psi[j], 1 - sum(W[j, i] / revenue[j] * (1 - hu[i]) for i in firms)))
        steps += 1
        change = max([*(hd - new_down), *(hu - new_up), -np.inf])
        hd, hu = new_down, new_up
        if change <= epsilon:
            return hd, hu, steps


@st.composite
def networks(draw: st.DrawFn, least: int = 0, most: int = 9) -> FirmNetwork:
    """Random networks of a few firms, sales of 1 or more: unlinked to dense, with self-links, some with revenue."""
    n = draw(st.integers(least, most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    linked = random.random((n, n)) < draw(st.sampled_from((0.0, 0.15, 0.3, 0.7)))
    weight = random.integers(1, 6, (n, n)) if draw(st.booleans()) else random.lognormal(1, 1, (n, n)) + 1
    names = np.array(["x", "Agri & food", "01", "1", "ü"])[: draw(st.integers(1, 5))]
    firms = pd.DataFrame(
        {"sector": random.choice(names, n)}, index=pd.Index([f"f{i:02d}" for i in range(n)], name="firm")
    )
    W = weight * linked
    if draw(st.booleans()):
        firms["revenue"] = W.sum(axis=1) * random.uniform(1, 2, n)
    shuffled = random.permutation(names)
    codes = pd.DataFrame(random.integers(0, 3, (len(names), len(names))), names, shuffled)
    return FirmNetwork(firms, sparse.csr_array(W.astype(float)), codes)


modes = st.sampled_from(("mixed", "linear", "leontief"))
epsilons = st.sampled_from((0.1, 0.013, 1e-6))


def golden(shared: Path, case: str, mode: str) -> FirmNetwork:
    folder = shared / "golden" / case
    return read_firms(folder / "edges.csv", folder / "firms.csv", folder / f"ess_{mode}.csv")


# The authors' numbers


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize(("case", "mode", "market", "epsilon"), CASES)
def test_esri_is_that_of_the_authors(shared: Path, case: str, mode: str, market: str, epsilon: str, precision: str):
    """``golden/esri_fig1`` and ``golden/esri_vitelot13``: made by the authors' package."""
    words = f"{mode}_{market}_eps{epsilon}"
    network = golden(shared, case, mode)
    found = esri(network, mode=mode, epsilon=float(epsilon), replacement=market == "market", precision=precision)
    wanted = pd.read_csv(shared / "golden" / case / f"expected_{words}.csv", dtype={"firm": str}, index_col="firm")
    assert list(found.index) == list(wanted.index)
    assert found.iterations.tolist() == wanted.iterations.tolist()
    error = np.abs(found[COLUMNS].to_numpy() - wanted[COLUMNS].to_numpy()).max()
    assert error < (1e-12 if precision == "double" else 1e-6)


@pytest.mark.parametrize(("case", "mode", "market", "epsilon"), CASES)
def test_losses_of_each_firm_are_those_of_the_authors(shared: Path, case: str, mode: str, market: str, epsilon: str):
    """``loss_down_*`` and ``loss_up_*``: 1 − h, row the firm that loses, column the firm that stands still."""
    network = golden(shared, case, mode)
    shocks = 1.0 - np.eye(len(network))
    found = cascade(network, shocks, mode=mode, epsilon=float(epsilon), replacement=market == "market")
    for way, kept in (("down", found.down), ("up", found.up)):
        file = shared / "golden" / case / f"loss_{way}_{mode}_{market}_eps{epsilon}.csv"
        np.testing.assert_allclose(1 - kept, pd.read_csv(file, index_col=0), rtol=0, atol=1e-12)


# The formulas in plain loops


@given(networks(least=1), modes, epsilons, st.booleans(), st.sampled_from((0, 3, 10**9)), st.data())
def test_it_is_the_formulas(
    network: FirmNetwork, mode: str, epsilon: float, replacement: bool, budget: int, data: st.DataObject
):
    """Any shocks, however early a scenario goes from the firms it reaches to a lane."""
    shares = st.lists(st.sampled_from((0.0, 0.25, 0.9, 1.0)), min_size=len(network), max_size=len(network))
    psi = np.array(data.draw(st.lists(shares, min_size=1, max_size=4))).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "budget_of", lambda wiring: budget)
        found = cascade(network, psi, mode=mode, epsilon=epsilon, replacement=replacement)
    for k in range(psi.shape[1]):
        down, up, steps = by_formula(network, psi[:, k], mode, epsilon, replacement)
        np.testing.assert_allclose(found.down[:, k], down, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.up[:, k], up, rtol=0, atol=1e-12)
        assert found.iterations[k] == steps


@given(networks(least=1), modes, epsilons, st.booleans())
def test_esri_weighs_losses_by_sales(network: FirmNetwork, mode: str, epsilon: float, replacement: bool):
    found = esri(network, mode=mode, epsilon=epsilon, replacement=replacement)
    total = network.sales.sum()
    for position, key in enumerate(network.keys):
        psi = np.ones(len(network))
        psi[position] = 0
        down, up, steps = by_formula(network, psi, mode, epsilon, replacement)
        parts = [1 - np.minimum(down, up), 1 - down, 1 - up]
        wanted = [network.sales @ part / total if total else 0.0 for part in parts]
        np.testing.assert_allclose(found.loc[key, COLUMNS].astype(float), wanted, rtol=0, atol=1e-12)
        assert found.iterations[key] == steps


def test_a_sector_that_is_all_down_counts_as_a_market_of_one():
    """Denominators of 1e-10 or less become 1: with sales of 0.5 half of the loss is taken over."""
    network = FirmNetwork.from_matrix([[0, 0.5], [0, 0]], ["a", "b"])
    assert cascade(network, [0, 1], mode="linear").down.ravel().tolist() == [0, 0.5]
    network = FirmNetwork.from_matrix([[0, 500], [0, 0]], ["a", "b"])
    assert cascade(network, [0, 1], mode="linear").down.ravel().tolist() == [0, 0]


@pytest.mark.parametrize("budget", [0, 10**9])
def test_a_small_firm_beside_a_giant_is_not_lost_to_rounding(monkeypatch: pytest.MonkeyPatch, budget: int):
    """What is left of a sector after its giant fell is summed, not subtracted: σ of the dwarf is exact."""
    W = np.zeros((5, 5))
    W[0, 3], W[1, 4], W[2, 3] = 1e9, 1e-3, 2e-3
    network = FirmNetwork.from_matrix(W, ["a", "a", "a", "b", "b"])
    psi = np.array([0, 0.7, 1, 1, 1])
    monkeypatch.setattr(MODULE, "budget_of", lambda wiring: budget)
    found = cascade(network, psi, mode="linear", epsilon=1e-6)
    down, _, _ = by_formula(network, psi, "linear", 1e-6, True)
    assert down[4] == pytest.approx(1 - 0.3 / 2.7)
    np.testing.assert_allclose(found.down[:, 0], down, rtol=0, atol=1e-12)


# Laws


@given(networks(), modes)
def test_no_shock_no_loss(network: FirmNetwork, mode: str):
    found = cascade(network, np.ones(len(network)), mode=mode)
    assert (found.down == 1).all()
    assert (found.up == 1).all()
    assert found.iterations.tolist() == [1]


@given(networks(least=1), modes, st.booleans(), st.data())
def test_a_larger_shock_never_loses_less(network: FirmNetwork, mode: str, replacement: bool, data: st.DataObject):
    """At an ε so small that both have come to rest."""
    shares = st.lists(st.floats(0, 1), min_size=len(network), max_size=len(network))
    small, factor = np.array(data.draw(shares)), np.array(data.draw(shares))
    found = cascade(network, np.column_stack([small, small * factor]), mode=mode, epsilon=1e-9, replacement=replacement)
    assert (found.down[:, 1] <= found.down[:, 0] + 1e-6).all()
    assert (found.up[:, 1] <= found.up[:, 0] + 1e-6).all()


@given(networks(least=1), modes, st.randoms())
def test_the_order_of_firms_does_not_matter(network: FirmNetwork, mode: str, random):
    order = list(range(len(network)))
    random.shuffle(order)
    turned = FirmNetwork(network.firms.iloc[order], network.links[order][:, order], network.essential)
    one, other = esri(network, mode=mode), esri(turned, mode=mode)
    pd.testing.assert_frame_equal(one, other.loc[one.index], rtol=0, atol=1e-12)


@given(networks(), modes, st.booleans())
def test_shares_are_shares(network: FirmNetwork, mode: str, replacement: bool):
    """No firm loses more than it sells; both ways together lose as much as each and at most their sum."""
    found = esri(network, mode=mode, replacement=replacement, epsilon=1e-6)
    total = max(network.sales.sum(), 1e-300)
    assert np.isfinite(found.to_numpy()).all()
    assert (found[COLUMNS] <= 1 + 1e-12).all(axis=None)
    assert (found.esri >= network.sales / total - 1e-12).all()
    assert (found.esri >= found[["esri_down", "esri_up"]].max(axis=1) - 1e-12).all()
    assert (found.esri <= found.esri_down + found.esri_up + 1e-12).all()


def test_a_smaller_epsilon_goes_further(shared: Path):
    rough, fine = (esri(golden(shared, "esri_vitelot13", "mixed"), epsilon=epsilon) for epsilon in (0.3, 1e-6))
    assert (fine.esri >= rough.esri - 1e-12).all()
    assert fine.iterations.sum() > rough.iterations.sum()


def test_final_sales_leak():
    """Upstream, a supplier that sells most of its output to final customers loses little."""
    links = sparse.csr_array(np.array([[0, 1.0], [0, 0]]))
    firms = pd.DataFrame({"sector": ["a", "b"], "revenue": [10.0, 5.0]}, index=["s", "c"])
    found = cascade(FirmNetwork(firms, links), [1, 0], mode="linear")
    assert found.up.ravel().tolist() == [0.9, 0]


@pytest.mark.parametrize("W", [np.zeros((0, 0)), np.zeros((1, 1)), np.ones((1, 1)), np.zeros((3, 3))])
def test_odd_networks(W: np.ndarray):
    """No firm, one firm, one that sells to itself, no sales at all."""
    found = esri(FirmNetwork.from_matrix(W, ["a"] * len(W)), mode="leontief")
    assert len(found) == len(W)
    assert (found.esri == (1.0 if W.any() else 0.0)).all()


def test_a_chain_cascades():
    network = FirmNetwork.of(sources.toy())
    found = esri(network)
    assert found.esri.between(0, 1).all()
    assert (found.esri >= network.sales / network.sales.sum()).all()
    assert network.essential.loc["C26"].eq(2).all()
    assert network.essential.loc["G-N"].eq(1).all() if "G-N" in network.essential.index else True


# Many at once, single precision, long runs


@pytest.fixture(scope="module")
def large() -> FirmNetwork:
    """400 firms with 3,000 links and heavy tails: cascades outgrow the beginning, and lanes are filled again."""
    random = np.random.default_rng(5)
    size = random.pareto(1.2, 400) + 1
    ends = random.choice(400, (2, 3000), p=size / size.sum())
    weight = random.lognormal(3, 1.5, 3000)
    links = sparse.csr_array((weight, ends), shape=(400, 400))
    firms = pd.DataFrame({"sector": random.choice(list("abcdefghijkl"), 400)}, index=[f"f{i}" for i in range(400)])
    names = list("abcdefghijkl")
    return FirmNetwork(firms, links, pd.DataFrame(random.choice(3, (12, 12), p=(0.1, 0.3, 0.6)), names, names))


def one_by_one(network: FirmNetwork, firms: list[int]) -> Cascade:
    """Each scenario in a run of its own."""
    runs = [cascade(network, 1.0 - np.eye(len(network))[:, [at]]) for at in firms]
    return Cascade(
        np.hstack([run.down for run in runs]), np.hstack([run.up for run in runs]),
        np.concatenate([run.iterations for run in runs]),
    )  # fmt: skip


def test_side_by_side_is_one_by_one(large: FirmNetwork):
    """Each scenario freezes at its own convergence, whoever stands in the other lanes: equal to the last bit."""
    alone, together = one_by_one(large, list(range(60))), cascade(large, 1.0 - np.eye(400)[:, :60])
    assert len(set(together.iterations)) > 3
    assert (together.down == alone.down).all()
    assert (together.up == alone.up).all()
    assert (together.iterations == alone.iterations).all()
    assert LANES < 60


def test_many_firms_are_the_formulas(large: FirmNetwork):
    found = esri(large, large.keys[:3])
    for at in range(3):
        down, up, steps = by_formula(large, 1.0 - np.eye(400)[at], "mixed", 0.01, True)
        assert found.esri.iloc[at] == pytest.approx(
            large.sales @ (1 - np.minimum(down, up)) / large.sales.sum(), abs=1e-12
        )
        assert found.iterations.iloc[at] == steps


@pytest.mark.parametrize("epsilon", [0.01, 1e-4])
def test_single_precision_is_close_and_stops_at_the_same_step(large: FirmNetwork, epsilon: float):
    double, single = (esri(large, epsilon=epsilon, precision=one) for one in ("double", "single"))
    assert (double.iterations == single.iterations).all()
    assert 0 < np.abs(double.esri - single.esri).max() < 1e-6


def test_a_stopped_run_goes_on_where_it_was(large: FirmNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(MODULE, "CHUNK", 50)
    file, told = tmp_path / "part", []

    def stop(done: int, of: int) -> None:
        told.append(done)
        if done >= 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        esri(large, checkpoint=file, progress=stop)
    assert 150 <= told[-1] < 400
    again: list[int] = []
    found = esri(large, checkpoint=file, progress=lambda done, of: again.append(done))
    assert again[0] > told[-1]
    assert again[-1] == 400
    assert all(a < b for a, b in pairwise(again))
    pd.testing.assert_frame_equal(found, esri(large), check_exact=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda network: (network, {"epsilon": 0.02}),
        lambda network: (network, {"mode": "linear"}),
        lambda network: (network, {"replacement": False}),
        lambda network: (network, {"precision": "single"}),
        lambda network: (network, {"firms": ["f1"]}),
        lambda network: (FirmNetwork(network.firms, network.links * 2, network.essential), {}),
        lambda network: (FirmNetwork(network.firms[::-1], network.links, network.essential), {}),
        lambda network: (FirmNetwork(network.firms, network.links, network.essential.replace(1, 2)), {}),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(
    large: FirmNetwork, tmp_path: Path, change: Callable[[FirmNetwork], tuple[FirmNetwork, dict[str, object]]]
):
    file = tmp_path / "part"
    esri(large, checkpoint=file)
    network, options = change(large)
    with pytest.raises(Faults, match="belongs to other inputs or settings"):
        esri(network, checkpoint=file, **options)
    file.write_bytes(b"nonsense")
    with pytest.raises(Faults, match="is no checkpoint"):
        esri(large, checkpoint=file)


def test_every_bad_option_is_said_at_once(large: FirmNetwork):
    with pytest.raises(Faults) as caught:
        esri(large, ["nobody"], mode="wild", epsilon=0, precision="half")
    assert [fault.field for fault in caught.value.faults] == ["mode", "epsilon", "precision", "firm"]
    for psi in (np.ones(3), np.full(400, 1.5), np.full(400, np.nan)):
        with pytest.raises(Faults, match="remaining"):
            cascade(large, psi)
    with pytest.raises(Faults, match="there is no matrix"):
        esri(FirmNetwork(large.firms, large.links))
