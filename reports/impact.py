"""What disruptions cost, place by place, as one table: the EU, ecosystems, countries, industries, then nodes."""

from __future__ import annotations

import pandas as pd

from graphs.assessment import Assessment
from reports.to_csv import provenance

_GROUPS = ("eu", "ecosystem", "country", "industry")
_COLUMNS = ("label", "output_meur", "loss_meur", "loss_low_meur", "loss_high_meur", "loss_share", "recovery_weeks")


def impact_table(assessment: Assessment) -> pd.DataFrame:
    """The losses of an assessment: groups of the EU, and the nodes anywhere that lose in any reading.

    Returns:
        ``on, level, key`` and figures, the largest loss of each level first; ``direct_cut_share`` for nodes,
        ``recovery_weeks`` for groups; both empty elsewhere.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
        >>> table = impact_table(assess(sources.toy(), [strike], date(2021, 3, 1), Method()))
        >>> table[table.level != "ecosystem"].groupby("level").key.first().to_dict()
        {'country': 'DE', 'eu': 'EU', 'industry': 'C29', 'node': 'DE_C29'}
    """
    groups = pd.concat([assessment.level(one).assign(level=one) for one in _GROUPS])
    nodes = assessment.nodes[assessment.nodes.loss_high_meur > 0].assign(level="node", recovery_weeks=pd.NA)
    table = pd.concat([groups.reindex(columns=["level", *_COLUMNS]), nodes[["level", *_COLUMNS, "direct_cut_share"]]])
    table = table.rename_axis(index="key").reset_index()
    table["level"] = pd.Categorical(table.level, [*_GROUPS, "node"], ordered=True)
    table = table.sort_values(["level", "loss_meur"], ascending=[True, False], kind="stable")
    table.insert(0, "on", assessment.on.isoformat())
    table = table.assign(**provenance(assessment.chain, assessment.method))
    return table.astype({"level": str, "recovery_weeks": "Int64"})
