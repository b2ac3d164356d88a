"""The pages for people, room by room."""

from tracker.pages import entry, kinds, people, quick, records, review, today

ROOMS = (today, entry, quick, records, review, kinds, people)
"""Each with a ``router``."""
