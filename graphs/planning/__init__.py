"""Measures against disruptions: what each does, what it avoids, and which are worth their money."""
