"""A program that is killed at random moments ends as if it had not been.

`kill_training.py` does it as often as one likes.
"""

import os

import kill_training

KILLS = 2


def test_a_recording_survives_kills_bit_for_bit(tell):
    # Another moment at every run: the seed is said, so that it can be repeated.
    seed = int.from_bytes(os.urandom(2), "big")
    count, differences = kill_training.compare("record", KILLS, 16, seed)
    assert count == KILLS, seed
    assert not differences, seed
    tell("kills survived", count)
