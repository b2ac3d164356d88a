"""What a path of output over time says: how deep, how long, and whether it comes back."""

from __future__ import annotations

import numpy as np

from graphs.valuechain import Floats


def weeks_to_recover(kept: Floats, tolerance: float = 0.001) -> int | None:
    """First week from which output stays within ``tolerance`` of normal; None if that is not within the horizon.

    Args:
        kept: share of output kept, by week.

    Examples:
        >>> weeks_to_recover(np.array([0.9, 0.95, 1.0, 1.0])), weeks_to_recover(np.array([0.9, 0.9]))
        (2, None)
    """
    low = np.flatnonzero(kept < 1.0 - tolerance)
    first = int(low[-1]) + 1 if len(low) else 0
    return first if first < len(kept) else None
