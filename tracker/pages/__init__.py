"""The pages for people, room by room."""

from tracker.pages import entry, files, kinds, people, quick, records, review, today

ROOMS = (today, entry, quick, records, review, kinds, files, people)
"""Each with a ``router``."""
