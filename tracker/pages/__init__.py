"""The pages for people, room by room."""

from tracker.pages import (
    actions,
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
    reports,
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
    reports,
    entry,
    quick,
    records,
    disruption,
    review,
    actions,
    kinds,
    files,
    people,
    hooks,
)
"""Each with a ``router``."""
