"""The pages for people, room by room."""

from tracker.pages import disruption, entry, files, graph, kinds, people, quick, records, review, today

ROOMS = (today, graph, entry, quick, records, disruption, review, kinds, files, people)
"""Each with a ``router``."""
