"""The plan of one shock on the shipped estimate, and portfolios side by side beside one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
from measure import Row, seconds

from graphs import sources
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.planning.applying import change, changed
from graphs.planning.candidates import candidates
from graphs.planning.measures import KINDS
from graphs.planning.plan import plan
from graphs.planning.trial import only
from graphs.planning.volumes import priced
from graphs.propagation import propagate, propagate_all
from graphs.shock import shock

ON = date(2021, 3, 1)
PRICES = dict.fromkeys(KINDS, (Decimal("0.05"), Decimal("0.15"), Decimal("0.3")))
"""INVENTED: what a unit costs changes which measures are chosen, and hardly the time."""


def rows() -> Iterator[Row]:
    """A 40 % stop of TW_C26 for 8 weeks: the whole plan; 32 portfolios side by side; the same plan greedily."""
    chain, method = sources.estimate_2014(), Method()
    stop = Disruption(
        "Stop", ("TW",), ON, industries=("C26",), effect="supply", end=date(2021, 4, 25), severity_likely=0.4
    )
    hit = shock(chain, [stop], ON, method)
    measures = priced(chain, candidates(chain, hit, method), PRICES)
    plan(chain, hit, measures[:1], 50, method)  # compiled and read once
    made = plan(chain, hit, measures, 50, method)
    taken = seconds(lambda: plan(chain, hit, measures, 50, method), runs=1)
    note = f"{made.tried} portfolios, {'all' if made.exact else 'greedily'}; chosen {' + '.join(made.chosen) or 'none'}"
    yield Row(f"Plan of {len(measures)} measures with frontier and robustness", taken, bar=30.0, note=note)

    likely = only(hit, [1])
    single = [change(chain, likely, one) for one in measures]
    random = np.random.default_rng(1)
    shocks = [changed(chain, likely, [one for one in single if random.random() < 0.5]) for _ in range(32)]
    beside, alone = propagate_all(chain, shocks, method), [propagate(chain, one, method) for one in shocks]
    apart = max(float(abs(a.kept - b.kept).max()) for a, b in zip(beside, alone, strict=True))
    if apart > 1e-9:
        raise AssertionError(f"side by side differs by {apart:g}")
    own = seconds(lambda: propagate_all(chain, shocks, method))
    other = seconds(lambda: [propagate(chain, one, method) for one in shocks])
    yield Row("32 portfolios side by side", own, "one after the other", other, note=f"{1000 * own / 32:.1f} ms each")

    greedy = seconds(lambda: plan(chain, hit, measures, 50, method, most_tried=0), runs=1)
    found = plan(chain, hit, measures, 50, method, most_tried=0)
    part = found.frontier.avoided_value_added_meur.max() / made.frontier.avoided_value_added_meur.max()
    note = f"{found.tried} portfolios; {100 * part:.1f} % of the optimum, bound {found.bound_meur:.0f} million EUR"
    yield Row("The same greedily", greedy, "all portfolios", taken, note=note)
