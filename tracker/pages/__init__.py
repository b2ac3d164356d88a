"""The pages for people, room by room."""

from tracker.pages import entry, files, kinds, people, records, review, today

ROOMS = (today, entry, records, review, kinds, files, people)
"""Each with a ``router``."""
