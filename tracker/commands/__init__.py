"""The commands of ``python3 -m tracker``, a file for what belongs together."""
