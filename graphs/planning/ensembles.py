"""Shocks that might come: every node, every large link, or what is on record; each a scenario of one shock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.shock import Effect, Shock, shock
from graphs.valuechain import Floats, ValueChain, positions


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Shocks side by side: scenario k of ``shock`` is named ``names[k]`` and counts ``weights[k]``; these sum to 1."""

    shock: Shock
    weights: Floats
    names: tuple[str, ...]


def of_nodes(
    chain: ValueChain, method: Method, share: float, weeks: int, keys: Sequence[str] | None = None
) -> Ensemble:
    """Each node loses a share of its capacity for some weeks, one at a time, all equally likely.

    Args:
        keys: only these nodes; every node with output if left out.

    Raises:
        Faults: a share or a time that is none, and keys that are not in the chain.

    Examples:
        >>> from graphs import sources
        >>> every = of_nodes(sources.toy(), Method(), 0.4, 8)
        >>> len(every.names), every.shock.remaining("supply", 12)[0, 9, 8:10].tolist()
        (12, [1.0, 0.6])
    """
    _check(share, weeks)
    hit = positions(chain, keys) if keys is not None else np.flatnonzero(chain.output > 0)
    cut = np.zeros((len(chain), len(hit)))
    cut[hit, np.arange(len(hit))] = share
    effect = Effect("supply", cut, _active(method, weeks, len(hit)), np.zeros(cut.shape))
    return _ensemble((effect,), method.horizon_weeks, [f"{chain.keys[one]} stops" for one in hit])


def of_links(chain: ValueChain, method: Method, share: float, weeks: int, min_flow_meur: float) -> Ensemble:
    """Each flow across a border of at least ``min_flow_meur`` a year is cut by a share, one at a time.

    Raises:
        Faults: a share or a time that is none, and a threshold that no flow reaches.

    Examples:
        >>> from graphs import sources
        >>> of_links(sources.toy(), Method(), 1.0, 8, 30).names
        ('TW_C26 → DE_C29 cut', 'FR_C29 → DE_C29 cut')
    """
    _check(share, weeks)
    links, country = chain.inputs, chain.nodes.country.to_numpy(str)
    where = np.flatnonzero((links.flow_meur >= min_flow_meur) & (country[links.supplier] != country[links.buyer]))
    if not len(where):
        fault = f"no flow across a border has {min_flow_meur:g} million EUR a year"
        raise Faults([Fault("", "min_flow_meur", fault, "give less")])
    effects = []
    for lane, one in enumerate(where):
        cut, buyers, active = np.zeros((len(chain), 1)), np.zeros((len(chain), 1)), np.zeros((1, len(where)))
        cut[links.supplier[one]], buyers[links.buyer[one]], active[0, lane] = share, 1.0, 1.0
        wide = (len(chain), len(where))
        course = _active(method, weeks, len(where)) * active
        # Seen as wide as all lanes, held once: a chain has many links.
        effects.append(Effect("link", np.broadcast_to(cut, wide), course, np.broadcast_to(buyers, wide)))
    names = [f"{chain.keys[links.supplier[one]]} → {chain.keys[links.buyer[one]]} cut" for one in where]
    return _ensemble(tuple(effects), method.horizon_weeks, names)


def of_history(chain: ValueChain, method: Method, disruptions: Iterable[Disruption]) -> Ensemble:
    """Each disruption on record that counts comes again, alone and from its beginning, in its likely reading.

    Raises:
        Faults: if none of them counts.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), "D1", industries=("C26",), severity_likely=0.4)
        >>> of_history(sources.toy(), Method(), [chips]).names
        ('D1 No chips',)
    """
    counted = [one for one in disruptions if one.state in COUNTED and one.start is not None]
    if not counted:
        raise Faults([Fault("", "disruptions", "none of them counts", "give at least one that is reported")])
    effects = []
    for lane, one in enumerate(counted):
        assert one.start is not None
        [effect] = shock(chain, [one], one.start, method).effects
        active, wide = np.zeros((method.horizon_weeks, len(counted))), (len(chain), len(counted))
        active[:, lane] = effect.active[:, 1]
        cut, buyers = (np.broadcast_to(part[:, [1]], wide) for part in (effect.cut, effect.buyers))
        effects.append(Effect(effect.kind, cut, active, buyers, effect.domestic))
    return _ensemble(tuple(effects), method.horizon_weeks, [f"{one.id} {one.title}".strip() for one in counted])


def _ensemble(effects: tuple[Effect, ...], steps: int, names: Sequence[str]) -> Ensemble:
    count = len(names)
    return Ensemble(Shock(effects, steps, scenarios=count), np.full(count, 1.0 / count), tuple(names))


def _active(method: Method, weeks: int, lanes: int) -> Floats:
    return np.repeat((np.arange(method.horizon_weeks) < weeks).astype(float)[:, None], lanes, axis=1)


def _check(share: float, weeks: int) -> None:
    faults = []
    if not 0 < share <= 1:
        faults.append(Fault("", "share", f"{share:g} is not a share above 0", "give more than 0, up to 1"))
    if not weeks >= 1:
        faults.append(Fault("", "weeks", f"{weeks} is no time", "give 1 or more"))
    if faults:
        raise Faults(faults)
