"""The value chain and what happens to it: no database, no web, no clock."""
