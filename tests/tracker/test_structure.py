"""Metrics beside the work: made once whoever asks, found again by the next program, and given way to who is served."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphs import metrics, program
from graphs.errors import Fault, Faults
from tracker.desk import Desk
from tracker.structure import Structure

Part = tuple[str, Callable[[], pd.DataFrame]]


class Counted:
    """Counts how often the parts are made, and lets them wait."""

    def __init__(self) -> None:
        self.times = 0
        self.goes_on = threading.Event()

    def __call__(self, chain: Any) -> list[Part]:
        self.times += 1
        return [(name, self._waiting(compute)) for name, compute in metrics.catalogue.parts(chain)]

    def _waiting(self, compute: Callable[[], pd.DataFrame]) -> Callable[[], pd.DataFrame]:
        def made() -> pd.DataFrame:
            assert self.goes_on.wait(60)
            return compute()

        return made


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    monkeypatch.setattr(metrics, "parts", found)
    return found


def table_of(structure: Structure) -> pd.DataFrame:
    structure.table()
    structure.close()  # waits for what is being computed
    found = structure.table()
    assert found is not None
    return found


def test_many_ask_and_it_is_made_once(desk: Desk, counted: Counted) -> None:
    assert [desk.structure.table() for _ in range(5)] == [None] * 5
    assert (desk.structure.progress.done, desk.structure.progress.of) == (0, 8)
    assert desk.structure.progress.doing == "concentration of suppliers"
    counted.goes_on.set()
    pd.testing.assert_frame_equal(table_of(desk.structure), metrics.table(desk.chain), check_names=False)
    assert counted.times == 1


def test_the_next_program_finds_it_unless_a_formula_is_another(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted.goes_on.set()
    first = table_of(desk.structure)
    again = Structure(desk.engine, desk.chain, lambda: True).table()
    pd.testing.assert_frame_equal(again, first, check_names=False)
    assert counted.times == 1
    monkeypatch.setattr(program, "version", lambda: "another")
    other = Structure(desk.engine, desk.chain, lambda: True)
    assert other.table() is None
    other.close()
    assert counted.times == 2


def test_nothing_is_begun_while_all_is_closing(desk: Desk, counted: Counted) -> None:
    counted.goes_on.set()
    closing = Structure(desk.engine, desk.chain, lambda: False)
    assert closing.table() is None
    closing.close()
    assert closing.progress.done == 0


def test_it_waits_while_somebody_is_served(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.timeline._PATIENCE_S", 60)
    with desk.timeline.guest():
        assert desk.structure.table() is None
        assert desk.structure.progress.done == 0
    assert len(table_of(desk.structure)) == 12


def test_a_chain_that_has_no_metrics_says_why(
    tmp_path: Path, toy_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> pd.DataFrame:
        raise Faults([Fault("value chain", "flows", "is not productive", "look for a circle")])

    desk = toy_desk(tmp_path)
    monkeypatch.setattr(metrics, "parts", lambda chain: [("position", fails)])
    assert desk.structure.table() is None
    desk.structure.close()
    with pytest.raises(Faults, match="is not productive"):
        desk.structure.table()
    desk.close()
