"""The pages for people, room by room."""

from tracker.pages import (
    disruption,
    entry,
    files,
    graph,
    history,
    hooks,
    kinds,
    map,
    people,
    quick,
    records,
    review,
    scores,
    stages,
    today,
)

ROOMS = (
    today,
    scores,
    map,
    history,
    stages,
    graph,
    entry,
    quick,
    records,
    disruption,
    review,
    kinds,
    files,
    people,
    hooks,
)
"""Each with a ``router``."""
