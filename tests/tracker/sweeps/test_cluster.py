"""Dask: the same to the bit, whoever dies in the middle: workers, all of them, or the scheduler."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import Client
from typer.testing import CliRunner

import tracker
from graphs.classification import DATA
from graphs.errors import Faults
from tracker.cli import app
from tracker.sweeps import cluster
from tracker.sweeps.run import run
from tracker.sweeps.work import Sweep

BEGAN = os.getpid()
Progress = Callable[[int, int], None]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two workers for all tests here, begun by somebody who has a secret."""
    os.environ["TRACKER_OIDC_CLIENT_SECRET"] = "only for the desk"
    try:
        with cluster.workers(2) as client:
            yield client
        assert os.environ["TRACKER_OIDC_CLIENT_SECRET"] == "only for the desk"
    finally:
        del os.environ["TRACKER_OIDC_CLIENT_SECRET"]


def once(at: int, work: Callable[[], object]) -> Progress:
    """Does something when so many scenarios are done, once."""
    begun: list[int] = []

    def tell(done: int, of: int) -> None:
        if done >= at and not begun:
            begun.append(done)
            assert done < of
            work()

    return tell


def kill(client: Client, count: int) -> None:
    for process in list(client.run(os.getpid).values())[:count]:
        os.kill(process, 9)


def test_two_workers_find_the_same_to_the_bit(client: Client, sweep: Sweep, in_one_go: bytes, tmp_path: Path) -> None:
    run(sweep, tmp_path, partial(cluster.carried, client), 8, lambda done, of: None)
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go
    assert len(client.nthreads()) == 2


def test_workers_hear_no_settings_and_cannot_be_reached_by_others(client: Client) -> None:
    heard = client.run(lambda: [name for name in os.environ if name.startswith("TRACKER_")])
    inherited = client.run(lambda: b"TRACKER_" in Path("/proc/self/environ").read_bytes())
    assert list(heard.values()) == [[], []]
    assert list(inherited.values()) == [False, False]
    assert all(address.startswith("tls://127.0.0.1:") for address in heard)


@pytest.mark.parametrize("victims", [1, 2])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    client: Client, sweep: Sweep, in_one_go: bytes, tmp_path: Path, victims: int
) -> None:
    run(sweep, tmp_path, partial(cluster.carried, client), 8, once(24, lambda: kill(client, victims)))
    assert (tmp_path / "results.parquet").read_bytes() == in_one_go


def test_what_a_piece_finds_wrong_is_heard_here(client: Client, sweep: Sweep) -> None:
    with pytest.raises(Faults, match="800 is not in the ensemble") as found:
        list(cluster.carried(client, sweep, [range(100, 101)]))
    assert [one.field for one in found.value.faults] == ["scenario"]


@pytest.mark.parametrize(
    ("here", "words"),
    [
        (lambda: str(os.getpid()), "2 of 2 workers have another version of the tracker, such as tls://"),
        (lambda: {os.getpid(): "1"}[BEGAN], "a worker cannot load the tracker"),
    ],
)
def test_workers_of_another_version_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch, here: Callable[[], str], words: str
) -> None:
    monkeypatch.setattr(cluster, "program", here)
    with pytest.raises(Faults, match=words):
        cluster._check(client, "tcp://10.0.0.1:8786")


def test_a_piece_that_kills_its_workers_is_named(client: Client, sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "done", lambda *_: os._exit(1))
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(Faults, match="blocks 3 to 4 brought down several workers"):
        list(cluster.carried(client, sweep, [range(3, 5)]))


@contextmanager
def elsewhere(file: Path, workers: int = 1) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and its workers, as on other machines; its address, and the process to be killed."""
    environment = dict(os.environ, PYTHONPATH=str(Path(tracker.__file__).parents[1]))
    begun = []

    def begin(name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--scheduler-file", str(file), *words]
        begun.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return begun[-1]

    try:
        first = begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        while not file.exists():
            assert first.poll() is None, "the scheduler did not start"
            time.sleep(0.02)
        for _ in range(workers):
            begin("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        yield json.loads(file.read_text())["address"], first
    finally:
        for one in begun:
            one.kill()
            one.wait()


def test_after_a_lost_scheduler_the_same_command_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.terminal.console.width", 300)
    words = ["sweep", "--kind", "links", "--chain", str(DATA / "toy"), "--min-flow-meur", "0", "--chunk", "8"]
    assert CliRunner().invoke(app, [*words, "--workers", "0", "--out", str(tmp_path / "alone")]).exit_code == 0
    out = tmp_path / "out"
    with elsewhere(tmp_path / "one.json") as (address, process):
        from tracker.commands import sweep as command

        def killing(*given: object) -> pd.DataFrame:
            return run(*given[:-1], once(8, process.kill))  # type: ignore[arg-type]

        with monkeypatch.context() as changed:
            changed.setattr(command, "run", killing)
            lost = CliRunner().invoke(app, [*words, "--scheduler", address, "--out", str(out)])
    assert lost.exit_code == 2, lost.output
    assert "it was lost" in lost.stderr
    assert "run the same command to go on" in lost.stderr
    kept = sorted((out / "pieces").glob("*.parquet"))
    assert 1 <= len(kept) < 4
    written = {file.name: pq.read_table(file) for file in kept}
    with elsewhere(tmp_path / "two.json") as (address, _):
        again = CliRunner().invoke(app, [*words, "--scheduler", address, "--out", str(out)])
    assert again.exit_code == 0, again.output
    assert f"Scenarios: {sum(len(one) for one in written.values())} of 28" in again.stdout
    assert (out / "results.parquet").read_bytes() == (tmp_path / "alone" / "results.parquet").read_bytes()


def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_WAIT_S", 0.3)
    for address in ("tcp://127.0.0.1:1", "nowhere"):
        with pytest.raises(Faults, match="does not answer"), cluster.scheduler(address):
            pass
