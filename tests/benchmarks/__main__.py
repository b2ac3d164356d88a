"""Benchmarks: ``python3 tests/benchmarks [NAME …]``. Ratios side by side in one run; the table goes to out/.

Absolute times tell of the machine; only the ratios of one run can be compared.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

import pandas as pd
from measure import Row

HERE = Path(__file__).parent
OUT = Path("out")


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all, and write ``out/benchmarks.csv``."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: no such benchmark; there are {', '.join(known)}")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", flush=True)
    rows = []
    for name in names or known:
        row: Row
        for row in importlib.import_module(f"bench_{name}").rows():
            ratio = f"{row.ratio:,.0f} × {row.other} ({row.other_s:.3g} {row.unit})" if row.ratio is not None else ""
            print(
                f"{name}: {row.work}: {row.own_s:.4g} {row.unit}; {ratio} {row.verdict} {row.note}".rstrip(), flush=True
            )
            rows.append({"benchmark": name, **vars(row), "ratio": row.ratio, "verdict": row.verdict})
    OUT.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(OUT / "benchmarks.csv", index=False)
    print(f"The table is in {OUT / 'benchmarks.csv'}")


if __name__ == "__main__":
    main(sys.argv[1:])
