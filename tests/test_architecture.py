"""Imports run down only, each outside thing has one door, and the names resolve here."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("graphs", "reports", "tracker")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

FRONT_DOORS = (
    "tracker/cli.py",
    "tracker/commands/",
    "tracker/app.py",
    "tracker/api/",
    "tracker/pages/",
    "tracker/gate/rates.py",  # counts by the clock of its library
)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def test_contracts_hold() -> None:
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("graphs/metrics/sourcing.py", "import tracker.log"),
        ("graphs/valuechain.py", "import graphs.assessment"),
        ("tracker/log/turn.py", "import tracker.api"),
        ("graphs/shock.py", "import pyvis"),
        ("reports/morning.py", "import sqlalchemy"),
        ("reports/morning.py", "import altair"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, file: str, line: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("data", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / file
    planted.write_text(planted.read_text("utf-8") + f"\n{line}\n", "utf-8")
    found = lint_imports(tmp_path)
    assert found.returncode != 0
    assert "BROKEN" in found.stdout


@pytest.mark.parametrize("name", PACKAGES)
def test_names_resolve_here(name: str) -> None:
    module = importlib.import_module(name)
    assert Path(str(module.__file__)).parent == ROOT / name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_doors(path: Path) -> None:
    text, name = path.read_text("utf-8"), str(path.relative_to(ROOT))
    assert "TYPE_CHECKING" not in text
    if not name.startswith(FRONT_DOORS):
        assert not re.search(r"\b(date\.today|datetime\.now|time\.time)\(", text), "only the front doors know today"
    if name != "tracker/settings.py":
        assert not re.search(r"\bos\.environ|getenv\(", text), "only the settings read the environment"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 450
