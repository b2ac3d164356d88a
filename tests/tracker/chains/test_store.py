"""Chains that are kept: whole, to the last digit, with what is known of them; and one of them in use."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graphs import sources
from graphs.errors import Faults
from graphs.sources.stored import FLOWS, NODES, read_stored, write_stored
from graphs.valuechain import ValueChain
from tracker.chains import store
from tracker.desk import Desk
from tracker.settings import Settings


@pytest.fixture
def toy() -> ValueChain:
    return sources.toy()


@pytest.fixture
def kept(toy: ValueChain, tmp_path: Path) -> Path:
    store.keep(toy, store.about(toy, "toy", "here", "", "tests"), tmp_path)
    return tmp_path


def test_what_is_read_is_what_was_kept(estimate: ValueChain, tmp_path: Path) -> None:
    write_stored(estimate, tmp_path / "one")
    found = sources.read_folder(tmp_path / "one")
    assert found.version == estimate.version
    assert found.meta == estimate.meta
    np.testing.assert_array_equal(found.flows.toarray(), estimate.flows.toarray())
    assert found.nodes.dtypes.equals(estimate.nodes.dtypes)


@pytest.mark.parametrize("name", [NODES, FLOWS, "meta.json"])
def test_a_damaged_folder_is_refused(kept: Path, name: str) -> None:
    file = kept / "toy" / name
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-20] + whole[-20:][::-1], b""):
        file.write_bytes(damaged)
        with pytest.raises(Faults, match="import or get the chain again"):
            read_stored(kept / "toy")
    file.unlink()
    with pytest.raises(Faults):
        read_stored(kept / "toy")


def test_a_chain_that_cannot_be_written_leaves_the_old_one(
    kept: Path, toy: ValueChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graphs.sources.stored.parquet.write_table", full)
    with pytest.raises(OSError, match="No space"):
        write_stored(toy, kept / "toy")
    assert read_stored(kept / "toy").version == toy.version
    assert [one.name for one in kept.iterdir()] == ["toy"]


def test_a_chain_that_cannot_take_its_place_leaves_the_old_one(
    kept: Path, toy: ValueChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name.endswith(".new"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="Input/output"):
        write_stored(toy, kept / "toy")
    assert read_stored(kept / "toy").version == toy.version
    assert [one.name for one in kept.iterdir()] == ["toy"]


def test_it_is_known_what_is_kept(kept: Path, toy: ValueChain) -> None:
    (one,) = store.kept(kept)
    assert (one.name, one.nodes, one.flows, one.chain_version) == ("toy", 12, toy.flows.nnz, toy.version)
    assert one.open_inputs_share == pytest.approx(0, abs=1e-12)
    bare = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
    assert store.about(bare, "r", "", "", "").open_inputs_share is None, "without value added nobody can know"


def test_what_inputs_accounts_are_open_by_is_found(toy: ValueChain) -> None:
    nodes = toy.nodes.assign(value_added_meur=toy.nodes.value_added_meur.astype(float), discrepancy_inputs_meur=0.0)
    nodes.loc["DE_C29", "value_added_meur"] -= 0.2
    nodes.loc["DE_C29", "discrepancy_inputs_meur"] = 0.2
    odd = ValueChain(nodes, toy.flows, toy.final_demand, toy.meta)
    assert store.about(odd, "odd", "", "", "").open_inputs_share == pytest.approx(0.2 / toy.output.sum())


def test_the_desk_opens_the_one_in_use(kept: Path, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chains=kept)
    assert store.in_use(kept) is None
    store.use("toy", kept)
    desk = Desk(settings)
    assert len(desk.chain) == 12
    desk.close()
    with pytest.raises(Faults, match="is in use"):
        store.drop("toy", kept)
    store.use("", kept)
    assert store.in_use(kept) is None
    store.drop("toy", kept)
    assert store.kept(kept) == []


def test_a_chain_in_use_that_is_gone_is_said(kept: Path) -> None:
    store.use("toy", kept)
    (kept / "toy" / "about.json").unlink()
    with pytest.raises(Faults, match="no longer"):
        store.in_use(kept)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"name": "toy"}', "\xff"])
def test_a_chain_of_which_nothing_can_be_read_is_named(kept: Path, said: str) -> None:
    (kept / "toy" / "about.json").write_text(said, "latin-1")
    with pytest.raises(Faults, match=r"about\.json, chain: cannot be read"):
        store.kept(kept)


@pytest.mark.parametrize("name", ["", "../toy", "Toy", ".hidden", "a/b", "x" * 61, "in-use"])
def test_a_name_that_is_none_is_refused(toy: ValueChain, tmp_path: Path, name: str) -> None:
    with pytest.raises(Faults, match="cannot name a chain"):
        store.keep(toy, store.about(toy, name, "", "", ""), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_half_written_is_not_listed(kept: Path) -> None:
    half = kept / ".other.1.new"
    half.mkdir()
    (half / "about.json").write_text(json.dumps({}))
    assert [one.name for one in store.kept(kept)] == ["toy"]
