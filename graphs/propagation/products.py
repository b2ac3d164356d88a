"""Products of a sparse matrix and a few columns, as they are made fastest in a thread of one's own.

Columns stand four by four (blocks × rows × 4), the last filled up with zeros: what one coefficient is multiplied by
lies side by side.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from graphs.valuechain import Floats, Integers


def blocks(columns: int) -> int:
    """How many blocks of four hold as many columns.

    Examples:
        >>> blocks(3), blocks(4), blocks(5)
        (1, 1, 2)
    """
    return -(-columns // 4)


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def times(  # pragma: no cover - compiled
    start: Integers,
    column: npt.NDArray[np.uint32],
    coefficient: Floats,
    values: Floats,
    into: Floats,
    begin: int,
    end: int,
) -> None:
    """Rows ``begin`` to ``end`` of a sparse matrix times ``values``, into the rows of ``into``."""
    for row in range(begin, end):
        columns, coefficients = column[start[row] : start[row + 1]], coefficient[start[row] : start[row + 1]]
        for block in range(len(values)):
            side_by_side = values[block]
            w, x, y, z = 0.0, 0.0, 0.0, 0.0
            for at in range(len(columns)):
                j, value = columns[at], coefficients[at]
                w += value * side_by_side[j, 0]
                x += value * side_by_side[j, 1]
                y += value * side_by_side[j, 2]
                z += value * side_by_side[j, 3]
            of_row = into[block, row - begin]
            of_row[0], of_row[1], of_row[2], of_row[3] = w, x, y, z
