"""``python3 -m tracker``."""

from tracker.cli import app

app(prog_name="python3 -m tracker")
