"""The pages for people, room by room."""

from tracker.pages import entry, files, history, kinds, map, people, quick, records, review, scores, stages, today

ROOMS = (today, scores, map, history, stages, entry, quick, records, review, kinds, files, people)
"""Each with a ``router``."""
