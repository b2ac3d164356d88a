"""Sweeps: an ensemble of scenarios, on this machine or on many, kept piece by piece so that a run can go on."""
