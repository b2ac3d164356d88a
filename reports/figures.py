"""The figures behind the charts: one table each, from which the chart, the table beside it and its CSV are made."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable

import pandas as pd

from graphs.assessment import Assessment
from graphs.classification import ECOSYSTEMS, STAGES, country_name
from graphs.disruption import Disruption
from graphs.propagation import WEEKS_A_YEAR

_NOTHING = 1e-6
"""Share of output up to which a loss is an aid in sharing blame out, not a result."""
NO_STAGE = "no stage stated"
NO_ECOSYSTEM = "no ecosystem stated"


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


def countries(assessment: Assessment) -> pd.DataFrame:
    """What every country of the chain loses, and its score where it lies in the EU27; largest share first.

    Returns:
        By ``country``: ``label, loss_share, loss_low_share, loss_high_share, loss_meur, score, score_low, score_high``;
        scores are missing outside the EU27.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> table = countries(assess(sources.toy(), [], date(2021, 3, 1), Method()))
        >>> table.index.tolist(), table.score.round(1).tolist()
        (['FR', 'DE', 'TW'], [74.3, 73.6, nan])
    """
    amounts = ["output_meur", "loss_low_meur", "loss_meur", "loss_high_meur"]
    sums = assessment.nodes.groupby("country")[amounts].sum()
    horizon_meur = sums.output_meur * assessment.method.horizon_weeks / WEEKS_A_YEAR
    table = pd.DataFrame({"label": [country_name(str(code)) for code in sums.index]}, sums.index)
    for name in ("", "_low", "_high"):
        table[f"loss{name}_share"] = (sums[f"loss{name}_meur"] / horizon_meur).where(horizon_meur > 0, 0.0)
    table["loss_meur"] = sums.loss_meur
    table = table.join(assessment.level("country")[["score", "score_low", "score_high"]])
    return table.sort_values(["loss_share", "label"], ascending=[False, True]).rename_axis("country")


def league(assessment: Assessment, level: str) -> pd.DataFrame:
    """The scores of a level with their intervals and ranks, lowest first.

    Returns:
        By ``key``: the columns of ``Assessment.scores`` and ``rank, rank_low, rank_high``.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> league(assess(sources.toy(), [], date(2021, 3, 1), Method()), "country")["rank"].tolist()
        [2, 1]
    """
    return assessment.level(level).join(assessment.ranks(level)).sort_values(["score", "label"])


def stages(disruptions: Iterable[Disruption], assessment: Assessment | None = None) -> pd.DataFrame:
    """How many disruptions touch each stage of Porter's value chain in each ecosystem.

    A record of several stages or ecosystems counts in each pair of them; one that states none stands in
    ``NO_STAGE`` or ``NO_ECOSYSTEM``.

    Args:
        assessment: of a day on which they are in force; then what each would cost its ecosystem alone is added up.

    Returns:
        One row for each pair, also where there is none: ``ecosystem, stage, disruption_count``, and with an assessment
        ``loss_share``, share of the ecosystem's output in the EU, likely reading, each disruption as if it were alone.

    Examples:
        >>> from datetime import date
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), ecosystems=("Retail",), stages=("operations",))
        >>> table = stages([strike, Disruption("Flood", ("FR",), date(2021, 3, 1))])
        >>> table[table.disruption_count > 0].to_numpy().tolist()
        [['Retail', 'operations', 1], ['no ecosystem stated', 'no stage stated', 1]]
    """
    alone = _alone(assessment) if assessment else {}
    counts, losses = Counter[tuple[str, str]](), defaultdict[tuple[str, str], float](float)
    for one in disruptions:
        for pair in itertools.product(one.ecosystems or (NO_ECOSYSTEM,), one.stages or (NO_STAGE,)):
            counts[pair] += 1
            losses[pair] += alone.get((one.id, pair[0]), 0.0)
    pairs = list(itertools.product((*ECOSYSTEMS, NO_ECOSYSTEM), (*STAGES, NO_STAGE)))
    table = pd.DataFrame(pairs, columns=["ecosystem", "stage"])
    table["disruption_count"] = [counts[pair] for pair in pairs]
    if assessment:
        known = table.ecosystem.isin(assessment.path.columns)
        table["loss_share"] = pd.Series([losses[pair] for pair in pairs]).where(known)
    return table


def _alone(assessment: Assessment) -> dict[tuple[str, str], float]:
    """What each disruption would cost each ecosystem alone, share of its output, by record and name."""
    rows = [row for row, (level, _) in enumerate(assessment.panel.rows) if level == "ecosystem"]
    weights = assessment.panel.weights[:, rows]
    return {
        (effect.disruption.id, assessment.panel.rows[row][1]): float(share) if share > _NOTHING else 0.0
        for effect, cost in zip(assessment.shock.effects, assessment.costs, strict=True)
        for row, share in zip(rows, cost @ weights, strict=True)
    }
