"""The figures behind the charts: one table each, from which the chart, the table beside it and its CSV are made."""

from __future__ import annotations

import pandas as pd

from graphs.assessment import Assessment


def wave(assessment: Assessment, key: str = "EU") -> pd.DataFrame:
    """Share of output lost in each week of an assessment, for the EU or an ecosystem.

    Returns:
        By ``week`` (its first day): ``loss_share, loss_low_share, loss_high_share``. Where nothing of the chain lies in
        the EU or in the ecosystem: the likely reading of the whole chain alone.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
        >>> lost = wave(assess(sources.toy(), [strike], date(2021, 3, 1), Method()))
        >>> round(float(lost.loss_share.iloc[0]), 3)
        0.239
    """
    if key not in assessment.path:
        output = assessment.nodes.output_meur.to_numpy(float)
        lost = assessment.lost_share.astype(float) @ (output / (output.sum() or 1.0))
        return pd.DataFrame({"loss_share": lost}, assessment.path.index)
    readings = {
        "loss_share": assessment.path[key],
        "loss_low_share": assessment.path_low[key],
        "loss_high_share": assessment.path_high[key],
    }
    return pd.DataFrame(readings)
