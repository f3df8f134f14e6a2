"""Instruments of the experiments: what the notebooks measure networks with."""
