"""The pages for people, room by room."""

from tracker.pages import entry, files, graph, kinds, people, quick, records, review, today

ROOMS = (today, graph, entry, quick, records, review, kinds, files, people)
"""Each with a ``router``."""
