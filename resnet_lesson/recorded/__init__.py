"""Experiments too long for a notebook: what they are, how they run, their files."""
