"""What is acknowledged is on disk, whoever is killed and however many write: short versions of the campaigns."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import tracker
from tracker.database import writing

CAMPAIGNS = Path(__file__).parents[1] / "campaigns"
HOME = Path(tracker.__file__).parents[1]
DATABASES = ("sqlite", "postgresql")


def run(script: str, *arguments: str, **environment: str) -> str:
    """The output of a campaign; it ends well or the test fails."""
    done = subprocess.run(
        [sys.executable, str(CAMPAIGNS / script), *arguments],
        env={**os.environ, "PYTHONPATH": str(HOME), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What tells of writes and syncs, compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        reason = "needs a C compiler on Linux"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    made = tmp_path_factory.mktemp("shim") / "syncs.so"
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", made, CAMPAIGNS / "syncs.c", "-ldl"], check=True, timeout=60
    )
    return made


def told(shim: Path, folder: Path, *arguments: str) -> str:
    """What happened, one letter each: c a commit begins, w a write to the log of SQLite, s a sync, a an answer."""
    events = folder / "events"
    events.touch()
    url, threads, writes, *rest = f"sqlite:///{folder}/log.sqlite", *arguments
    run("syncs.py", url, threads, writes, *rest, LD_PRELOAD=str(shim), SYNCS=str(events))
    return events.read_text()


def unsynced(events: str) -> int:
    """Answers given while the last thing that happened to the log was a write that no sync followed."""
    return len(re.findall(r"w(?=c*a)", events))


def test_each_answer_comes_after_a_sync(shim: Path, tmp_path: Path) -> None:
    events = told(shim, tmp_path, "1", "40")
    assert re.fullmatch(r"(cw+s+a){40}", events)
    assert unsynced(events) == 0


def test_those_who_share_a_commit_share_a_sync(shim: Path, tmp_path: Path) -> None:
    """With one writer the letters of two commits never mix; answers may come while the next one is under way.

    After its own writes and sync a commit may move the write-ahead log into the file, and write and sync again.
    """
    events = told(shim, tmp_path, "16", "20")
    commits = [one for one in events.replace("a", "").split("c") if one]
    assert events.count("a") == 320
    assert 20 <= len(commits) < 320, "many shared one"
    assert all(re.fullmatch(r"(w+s+)+w*", one) for one in commits)


@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
def test_a_log_that_does_not_wait_for_the_disk_is_found_out(shim: Path, tmp_path: Path, synchronous: str) -> None:
    events = told(shim, tmp_path, "1", "40", synchronous)
    assert events.count("a") == 40
    assert unsynced(events) == 40


def test_whoever_writes_waits_for_the_disk(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


@pytest.mark.parametrize("database", DATABASES)
def test_what_was_acknowledged_survives_kill_9(postgresql: str, database: str) -> None:
    told = run("kill.py", "--database", database, "--rounds", "3", "--seed", "5")
    assert told.endswith("nothing was lost\n")


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("processes", ["1", "4"])
def test_nobody_in_a_crowd_is_turned_away(postgresql: str, database: str, processes: str) -> None:
    told = run("crowd.py", "--database", database, "--processes", processes, "--edits", "4")
    assert "nobody was turned away" in told
    assert "20 versions, one success each, 980 told who and what" in told
