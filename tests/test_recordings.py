import numpy as np
import pytest

from resnet_lesson import recordings

RECORDED = sorted(path.stem for path in recordings.FOLDER.glob("*.json"))


def test_every_experiment_is_recorded_and_nothing_else():
    assert sorted(recordings.EXPERIMENTS) == RECORDED


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_recipes_are_those_of_today(name):
    runs = recordings.read(name)["runs"]
    plans = recordings.planned(name)
    assert [{key: run[key] for key in plans[0]} for run in runs] == plans


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_histories_are_whole(name):
    for run in recordings.read(name)["runs"]:
        assert run["seconds"] > 0
        for key, values in run["history"].items():
            assert len(values) == run["recipe"]["epochs"], key
            assert np.isfinite(values).all(), key


def test_unknown_recording_is_refused():
    with pytest.raises(ValueError, match=r"experiment must be one of .*, got 'none'"):
        recordings.read("none")
