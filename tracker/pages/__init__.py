"""The pages for people, room by room."""

from tracker.pages import entry, kinds, people, records, review, today

ROOMS = (today, entry, records, review, kinds, people)
"""Each with a ``router``."""
