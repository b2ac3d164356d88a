"""Sources: a FIGARO flat file of full size, 46 areas × 64 industries, read, checked, balanced and seen as a graph."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from measure import Row, seconds

sys.path.insert(0, str(Path(__file__).parent.parent / "campaigns"))
from figaro_files import FLAT, published, write_flat

from graphs.classification import DATA
from graphs.sources.figaro import read_figaro
from graphs.sources.stored import read_stored, write_stored
from graphs.valuechain import ValueChain

AREAS = (
    "BE BG CZ DK DE EE IE EL ES FR HR IT CY LV LT LU HU MT NL AT PL PT RO SI SK FI SE "
    "AR AU BR CA CH CN ID IN JP KR MX NO RU SA TR UK US ZA FIGW1"
).split()
THRESHOLD_MEUR = 25.0
_PEAK = """
import resource, sys
from pathlib import Path
from graphs.sources.figaro import read_figaro
read_figaro(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def rows() -> Iterator[Row]:
    """Invented figures in the published layout; the same file is read the plain way, and compared."""
    industries = pd.read_csv(DATA / "figaro_industries.csv").code.tolist()
    with tempfile.TemporaryDirectory() as folder:
        file = write_flat(published(AREAS, industries, scale_meur=3.0), Path(folder) / f"{FLAT}.zip")
        chain = read_figaro(file)
        plain = _plainly(file)
        n = len(chain)
        np.testing.assert_allclose(chain.flows.toarray(), plain.to_numpy()[:n, :n], rtol=1e-12)
        size = f"{plain.size:,} cells, {file.stat().st_size / 1e6:.0f} MB zipped; invented figures"
        other = seconds(lambda: _plainly(file), 1)
        yield Row("read, check, balance", seconds(lambda: read_figaro(file), 2), "pandas, unchecked", other, note=size)
        yield Row("the same", seconds(lambda: read_figaro(file), 1), bar=60.0)
        peak = subprocess.run([sys.executable, "-c", _PEAK, str(file)], capture_output=True, text=True, check=True)
        yield Row("memory at its peak", float(peak.stdout) / 1e9, bar=4.0, unit="GB")
        kept = Path(folder) / "kept"
        write_stored(chain, kept)
        yield Row("open it again once kept", seconds(lambda: read_stored(kept), 2), bar=15.0)
        yield _graph(chain)


def _graph(chain: ValueChain) -> Row:
    links = chain.graph(THRESHOLD_MEUR).number_of_edges()
    note = f"flows of {THRESHOLD_MEUR:g} million EUR a year or more: {links:,} links"
    return Row("its networkx view", seconds(lambda: chain.graph(THRESHOLD_MEUR), 2), bar=15.0, note=note)


def _plainly(file: Path) -> pd.DataFrame:
    with zipfile.ZipFile(file) as archive, archive.open(archive.namelist()[0]) as stream:
        table = pd.read_csv(stream, usecols=["icioiRow", "icioiCol", "obsValue"])
    wide = table.pivot(index="icioiRow", columns="icioiCol", values="obsValue")
    return wide.loc[table.icioiRow.unique(), table.icioiCol.unique()]
