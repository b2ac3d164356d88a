"""The firm cascade as a model of propagation: the nodes of a chain fall as firms do, step for step without memory."""

from __future__ import annotations

import numpy as np

from graphs.errors import Fault, Faults
from graphs.firms import FirmNetwork, cascade
from graphs.method import Method
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain


def cascades(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    """Share of output kept when cuts of capacity cascade through the chain as through a network of firms.

    Each step stands for itself: what is left of capacity is the shock ψ of ``firms.cascade``, and a node keeps the
    smaller of h^d and h^u when the cascade has come to its end. There are no stocks, so this is where a cut leads that
    lasts, not how fast. Which products are essential: see ``FirmNetwork.of``.

    Returns:
        Share of normal output (steps × n × k), 0–1.

    Raises:
        Faults: cuts of demand or links, which this model does not carry.

    References:
        Diem, Borsos, Reisch, Kertész, Thurner 2022, Scientific Reports 12:7719, doi:10.1038/s41598-022-11522-z.

    Examples:
        >>> from graphs import sources
        >>> from graphs.shock import Effect
        >>> chain = sources.toy()
        >>> cut = np.zeros((12, 1))
        >>> cut[9] = 0.4
        >>> shock = Shock((Effect("supply", cut, np.ones((2, 1)), np.zeros((12, 1))),), 2, scenarios=1)
        >>> cascades(chain, shock, Method())[1, [2, 9], 0].round(3).tolist()
        [0.749, 0.6]
    """
    others = sorted({effect.kind for effect in shock.effects} - {"supply"})
    if others:
        fault = f"the model cascade carries cuts of supply, not of {' and '.join(others)}"
        raise Faults([Fault("method", "model", fault, "take the model inventories or ario")])
    capacity = shock.remaining("supply", len(chain))
    # Steps and scenarios in which the same is left are computed once.
    columns, pattern = np.unique(np.moveaxis(capacity, 2, 1).reshape(-1, len(chain)), axis=0, return_inverse=True)
    network = chain.once(FirmNetwork, lambda: FirmNetwork.of(chain))
    given = method.cascade
    found = cascade(network, columns.T, mode=given.mode, epsilon=given.epsilon, replacement=given.replacement)
    kept = np.minimum(found.down, found.up).T[pattern.ravel()]
    return np.moveaxis(kept.reshape(shock.steps, shock.scenarios, len(chain)), 2, 1)
