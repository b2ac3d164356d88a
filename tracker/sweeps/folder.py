"""The folder of a sweep: what is done stands in it piece by piece, each whole or not at all.

``sweep.json`` says what the sweep is; ``pieces/`` holds what is done, a Parquet file for some blocks of scenarios;
``results.parquet`` is all of it in order, and then the pieces go. Each file names its sweep, so none is taken for that
of another.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graphs.ensemble import BLOCK
from graphs.errors import Fault, Faults
from tracker.sweeps.work import Sweep

try:
    import fcntl
except ImportError:  # Windows: nobody sees to it that two runs do not share a folder; both would write the same
    fcntl = None  # type: ignore[assignment]

SCHEMA = pa.schema(
    [
        ("scenario", pa.int64()),
        ("what", pa.string()),
        ("severity_share", pa.float64()),
        ("duration_weeks", pa.float64()),
        ("loss_meur", pa.float64()),
        ("loss_share", pa.float64()),
        ("eu_loss_meur", pa.float64()),
        ("eu_loss_share", pa.float64()),
        ("knock_on_meur", pa.float64()),
        ("worst_node", pa.string()),
        ("worst_node_loss_meur", pa.float64()),
        ("worst_node_loss_share", pa.float64()),
        ("worst_ecosystem", pa.string()),
        ("worst_ecosystem_loss_share", pa.float64()),
    ]
)
_MARK = b"sweep"
_SAID = {"min_flow_meur": "threshold of links", "program": "version of the program", "disruptions": "record"}


@dataclass(frozen=True)
class Folder:
    """Where a sweep is kept."""

    path: Path
    mark: str
    scenarios: int
    blocks: int

    @property
    def results(self) -> Path:
        """All outcomes in order, once the sweep is complete."""
        return self.path / "results.parquet"

    @property
    def complete(self) -> bool:
        """Whether every scenario is done and stands in ``results``."""
        return self._whole(self.results, range(self.blocks))

    def missing(self, most: int) -> Iterator[range]:
        """The blocks that are not done, in pieces of at most so many."""
        at = 0
        for piece in [*self._kept(), range(self.blocks, self.blocks)]:
            for first in range(at, piece.start, most):
                yield range(first, min(first + most, piece.start))
            at = piece.stop

    @property
    def scenarios_done(self) -> int:
        """How many scenarios are done."""
        return sum(self._rows(piece) for piece in self._kept())

    def keep(self, piece: range, table: pd.DataFrame) -> None:
        """Write what was found for some blocks, on disk before it counts."""
        self._write(self._file(piece), table)

    def finish(self) -> pd.DataFrame:
        """Join all pieces, in order, into ``results``, and take them away."""
        if not self.complete:
            kept = self._kept()
            table = pd.concat([pq.read_table(self._file(piece)).to_pandas() for piece in kept], ignore_index=True)
            self._write(self.results, table)
        for file in self.path.glob("pieces/*"):
            file.unlink()
        (self.path / "pieces").rmdir()
        return pq.read_table(self.results).to_pandas()

    def _kept(self) -> list[range]:
        """The pieces that are there and whole, in order; what is left of a run that was killed is nothing."""
        found: list[range] = []
        for file in sorted((self.path / "pieces").glob("*.parquet")):
            name = re.fullmatch(r"(\d+)-(\d+)", file.stem)
            piece = range(int(name[1]), int(name[2])) if name else range(0)
            if self._whole(file, piece) and piece.start >= (found[-1].stop if found else 0):
                found.append(piece)
        return found

    def _whole(self, file: Path, piece: range) -> bool:
        try:
            about = pq.read_metadata(file)
        except (OSError, pa.ArrowInvalid):
            return False
        return (about.metadata or {}).get(_MARK) == self.mark.encode() and about.num_rows == self._rows(piece)

    def _rows(self, piece: range) -> int:
        return min(piece.stop * BLOCK, self.scenarios) - piece.start * BLOCK

    def _file(self, piece: range) -> Path:
        return self.path / "pieces" / f"{piece.start:08d}-{piece.stop:08d}.parquet"

    def _write(self, file: Path, table: pd.DataFrame) -> None:
        rows = pa.Table.from_pandas(table, SCHEMA, preserve_index=False).replace_schema_metadata({_MARK: self.mark})
        with _written(file) as whole:
            pq.write_table(rows, whole)


@contextmanager
def opened(path: Path, sweep: Sweep) -> Iterator[Folder]:
    """The folder of a sweep, for this run alone; made if it is not there.

    Raises:
        Faults: a folder of another sweep, or one that another run works in, or a file in its place.
    """
    try:
        (path / "pieces").mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        mend = "give a folder for this sweep, such as out/sweep"
        raise Faults([Fault("", "out", f"{path} is a file, or lies in one", mend)]) from None
    with open(path / ".turn", "ab") as turn:
        try:
            if fcntl is not None:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mend = "wait until it has ended, or give another folder"
            raise Faults([Fault("", "out", f"another run is at work in {path}", mend)]) from None
        _claim(path, sweep)
        yield Folder(path, sweep.mark, sweep.scenarios, sweep.blocks)


def _claim(path: Path, sweep: Sweep) -> None:
    """Say what the folder holds, or refuse where it holds something else."""
    file, said = path / "sweep.json", sweep.said()
    if not file.exists():
        if (path / "results.parquet").exists() or any((path / "pieces").iterdir()):
            fault = f"{path} holds results.parquet or pieces, and no sweep.json says that they are of a sweep"
            raise Faults([Fault("", "out", fault, "give another folder: here they would be replaced")])
        with _written(file) as whole:
            whole.write_text(json.dumps({"mark": sweep.mark, **said}, indent=1, ensure_ascii=False), "utf-8")
        return
    try:
        found = json.loads(file.read_text("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("mark") != sweep.mark:
        mend = "give another folder, or remove this one to begin anew"
        raise Faults([Fault("", "out", f"{path} holds another sweep ({_difference(found, said)})", mend)])


def _difference(found: object, said: dict[str, object]) -> str:
    """In what a sweep that is there differs, in words."""
    if not isinstance(found, dict):
        return "its sweep.json cannot be read"
    names = [name for name in {**said, **found} if name != "mark" and found.get(name) != said.get(name)]
    short = {
        name: f" {found.get(name)}, here {said.get(name)}" for name in ("kind", "share", "weeks", "sample", "seed")
    }
    return ", ".join(f"{_SAID.get(name, name)}{short.get(name, '')}" for name in names) or "its mark differs"


@contextmanager
def _written(file: Path) -> Iterator[Path]:
    """A file to write to, which takes its name once it is on disk."""
    whole = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        yield whole
        with open(whole, "rb+") as written:
            os.fsync(written.fileno())
        whole.replace(file)
    finally:
        whole.unlink(missing_ok=True)
