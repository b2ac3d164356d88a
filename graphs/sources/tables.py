"""A table of text from a CSV file, as strict as a reader can be: what is odd about the file is said, not guessed."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from graphs.errors import Fault, Faults

_MEND = "save it as CSV in UTF-8, with commas and the names of the columns in the first row"
_MOST = 20
"""Rows of one kind that are named; the rest is counted."""


def text_table(file: Path) -> pd.DataFrame:
    """A CSV file with every cell as text.

    Raises:
        Faults: no text in UTF-8, no rows, another separator, columns that stand twice, blank rows, rows with
            more cells than the first.

    Examples:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = file.write_text("a,b\\n1,2,3\\n")
        >>> text_table(file)
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: a.csv row 2, cells: are 3, in the first row 2; look for a decimal comma or one at the end
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise Faults([Fault(file.name, "file", f"cannot be read ({why})", _MEND)]) from None
    head = [name.strip() for name in rows[0]] if rows else []
    if not any(head):
        raise Faults([Fault(file.name, "file", "is empty", _MEND)])
    faults = []
    if len(head) == 1 and ";" in head[0]:
        faults.append(Fault(file.name, "file", "seems to have semicolons between its cells", _MEND))
    faults += [
        Fault(file.name, name, "the column stands twice", "keep one")
        for name in dict.fromkeys(head)
        if head.count(name) > 1
    ]
    long = [number for number, row in enumerate(rows, 1) if len(row) > len(head)]
    for number in long[:_MOST]:
        fault = f"are {len(rows[number - 1])}, in the first row {len(head)}"
        faults.append(Fault(f"{file.name} row {number}", "cells", fault, "look for a decimal comma or one at the end"))
    if len(long) > _MOST:
        faults.append(Fault(file.name, "cells", f"{len(long) - _MOST} more rows are too long", "mend them alike"))
    while rows and not any(rows[-1]):
        rows.pop()
    faults += [
        Fault(f"{file.name} row {number}", "cells", "are blank", "delete the row")
        for number, row in enumerate(rows, 1)
        if not any(row)
    ][:_MOST]
    if faults:
        raise Faults(faults)
    width = len(head)
    full = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows[1:]]
    return pd.DataFrame(full, columns=head, dtype=str)
