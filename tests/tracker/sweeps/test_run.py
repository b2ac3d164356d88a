"""A sweep goes on where it was, takes nothing for its own that is not, and ends with the same file to the bit."""

import dataclasses
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from graphs.errors import Faults
from graphs.method import Method
from tracker.sweeps import folder
from tracker.sweeps.run import run
from tracker.sweeps.work import Sweep, alone, done

Told = list[tuple[int, int]]


class Stopping:
    """Computes some pieces, then fails; remembers which."""

    def __init__(self, after: int) -> None:
        self.after, self.pieces = after, list[range]()

    def __call__(self, sweep: Sweep, pieces: Iterable[range]) -> Iterator[tuple[range, pd.DataFrame]]:
        for piece in pieces:
            if len(self.pieces) == self.after:
                raise OSError("the power failed")
            self.pieces.append(piece)
            yield piece, done(sweep, piece)


def stopped(sweep: Sweep, out: Path, after: int = 3) -> Stopping:
    carry = Stopping(after)
    with pytest.raises(OSError, match="the power failed"):
        run(sweep, out, carry, 16, lambda done, of: None)
    return carry


def blocks(pieces: list[range]) -> list[int]:
    return [block for piece in pieces for block in piece]


def test_whatever_the_pieces_the_file_is_the_same(sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    told: Told = []
    found = run(sweep, tmp_path / "small", alone, 1, lambda done, of: told.append((done, of)))
    assert (tmp_path / "small" / "results.parquet").read_bytes() == in_one_go
    assert told == [(min(8 * k, 100), 100) for k in range(14)]
    assert found.scenario.tolist() == list(range(100))
    assert sorted(file.name for file in (tmp_path / "small").iterdir()) == [".turn", "results.parquet", "sweep.json"]


def test_pieces_may_come_in_any_order(sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    run(sweep, tmp_path, lambda sweep, pieces: alone(sweep, reversed(list(pieces))), 24, lambda done, of: None)
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go


def test_what_is_done_is_not_done_again(sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    first = stopped(sweep, tmp_path)
    assert blocks(first.pieces) == list(range(6))
    told: Told = []
    second = Stopping(100)
    run(sweep, tmp_path, second, 24, lambda done, of: told.append((done, of)))
    assert blocks(second.pieces) == list(range(6, 13))
    assert told[0] == (48, 100)
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go


def test_a_complete_sweep_computes_nothing(sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    run(sweep, tmp_path, alone, 64, lambda done, of: None)
    told: Told = []
    run(sweep, tmp_path, Stopping(0), 64, lambda done, of: told.append((done, of)))
    assert told == [(100, 100)]
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go


@pytest.mark.parametrize("harm", ["cut short", "of another sweep", "too few rows", "badly named"])
def test_a_piece_that_cannot_be_trusted_is_done_again(
    sweep: Sweep, in_one_go: bytes, tmp_path: Path, harm: str
) -> None:
    stopped(sweep, tmp_path / "one")
    pieces = tmp_path / "one" / "pieces"
    first = pieces / "00000000-00000002.parquet"
    if harm == "cut short":
        first.write_bytes(first.read_bytes()[:-40])
    elif harm == "badly named":
        first.rename(pieces / "first.parquet")
    else:
        other = Sweep(sweep.chain, dataclasses.replace(sweep.ensemble, seed=9), Method())
        stopped(other if harm == "of another sweep" else sweep, tmp_path / "other", 1)
        table = "00000000-00000002" if harm == "of another sweep" else "00000000-00000001"
        if harm == "too few rows":
            with folder.opened(tmp_path / "other", sweep) as kept:
                kept.keep(range(1), done(sweep, range(1)))
        shutil.copy(tmp_path / "other" / "pieces" / f"{table}.parquet", first)
    (pieces / f".{first.name}.123.new").write_bytes(b"half of a pie")
    again = Stopping(100)
    run(sweep, tmp_path / "one", again, 16, lambda done, of: None)
    assert blocks(again.pieces) == [0, 1, *range(6, 13)]
    assert (tmp_path / "one" / "results.parquet").read_bytes() == in_one_go


def test_stopped_after_the_results_were_written_only_tidies_up(sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    run(sweep, tmp_path, alone, 64, lambda done, of: None)
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "00000000-00000008.parquet").write_bytes(b"left over")
    run(sweep, tmp_path, Stopping(0), 64, lambda done, of: None)
    assert not (tmp_path / "pieces").exists()
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ensemble": {"seed": 2}}, "seed 1, here 2"),
        ({"ensemble": {"kind": "nodes"}}, "kind record, here nodes"),
        ({"method": Method(psi=0.9)}, r"\(method\)"),
    ],
)
def test_another_sweep_is_refused(sweep: Sweep, tmp_path: Path, change: dict[str, object], words: str) -> None:
    stopped(sweep, tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    fields = change.get("ensemble", {})
    assert isinstance(fields, dict)
    method = change.get("method", sweep.method)
    assert isinstance(method, Method)
    other = Sweep(sweep.chain, dataclasses.replace(sweep.ensemble, **fields), method)
    with pytest.raises(Faults, match=f"holds another sweep .*{words}"):
        run(other, tmp_path, alone, 16, lambda done, of: None)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_changed_program_or_a_broken_description_is_refused(sweep: Sweep, tmp_path: Path) -> None:
    stopped(sweep, tmp_path)
    said = json.loads((tmp_path / "sweep.json").read_text("utf-8"))
    (tmp_path / "sweep.json").write_text(json.dumps(said | {"mark": "x", "program": "older"}), "utf-8")
    with pytest.raises(Faults, match=r"\(version of the program\)"):
        run(sweep, tmp_path, alone, 16, lambda done, of: None)
    (tmp_path / "sweep.json").write_text("{", "utf-8")
    with pytest.raises(Faults, match=r"sweep\.json cannot be read"):
        run(sweep, tmp_path, alone, 16, lambda done, of: None)


def test_two_runs_do_not_share_a_folder(sweep: Sweep, tmp_path: Path) -> None:
    with (
        folder.opened(tmp_path, sweep),
        pytest.raises(Faults, match="another run is at work"),
        folder.opened(tmp_path, sweep),
    ):
        pass
    with folder.opened(tmp_path, sweep):
        pass


def test_a_file_is_no_folder(sweep: Sweep, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "sweep"):
        with pytest.raises(Faults, match="is a file, or lies in one"):
            run(sweep, out, alone, 16, lambda done, of: None)


@pytest.mark.parametrize("name", ["results.parquet", "pieces/chess.csv"])
def test_files_of_somebody_else_are_left_alone(sweep: Sweep, tmp_path: Path, name: str) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / name).write_text("mine")
    with pytest.raises(Faults, match=r"no sweep\.json says that they are of a sweep"):
        run(sweep, tmp_path, alone, 16, lambda done, of: None)
    assert (tmp_path / name).read_text() == "mine"


def test_what_is_kept_is_on_disk_before_it_counts(
    sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = Path.replace
    monkeypatch.setattr(folder.os, "fsync", lambda number: order.append("disk"))

    def replace(self: Path, target: Path) -> Path:
        order.append(target.name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    run(sweep, tmp_path, alone, 1000, lambda done, of: None)
    assert order == ["disk", "sweep.json", "disk", "00000000-00000013.parquet", "disk", "results.parquet"]
