"""What the tests of sweeps share: a small sweep of many pieces, and what it finds in one go."""

from datetime import date
from pathlib import Path

import pytest

from graphs import sources
from graphs.disruption import Disruption
from graphs.ensemble import Ensemble
from graphs.method import Method
from tracker.sweeps.run import run
from tracker.sweeps.work import Sweep, alone

START = date(2021, 3, 1)
RECORD = (
    Disruption("Strike", ("DE",), START, "D1", effect="supply", severity_likely=0.4),
    Disruption("Fewer cars", ("FR",), START, "D2", industries=("C29",), effect="demand"),
    Disruption("No chips", ("TW",), START, "D3", industries=("C26",), effect="link"),
)


@pytest.fixture
def sweep() -> Sweep:
    """100 scenarios on the toy economy, in 13 blocks; nothing is derived from its chain yet."""
    return Sweep(sources.toy(), Ensemble("record", sample=100, disruptions=RECORD), Method())


@pytest.fixture(scope="session")
def in_one_go(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The results of ``sweep`` by one process in one piece."""
    out = tmp_path_factory.mktemp("sweep") / "alone"
    whole = Sweep(sources.toy(), Ensemble("record", sample=100, disruptions=RECORD), Method())
    run(whole, out, alone, 1000, lambda done, of: None)
    return (out / "results.parquet").read_bytes()


def files(folder: Path) -> dict[str, int]:
    """Pieces that are there, and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in (folder / "pieces").glob("*.parquet")}
