"""Hooks: addresses of programs that are told of every new entry of the log, signed, in order, at least once."""
