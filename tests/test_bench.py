import json
import os
from concurrent.futures import Future
from functools import partial

import numpy as np
import pytest

from resnet_lesson import training
from resnet_lesson.__main__ import main
from resnet_lesson.bench import profiling, side_by_side, throughput
from resnet_lesson.lab.inspection import model_macs
from resnet_lesson.lab.source_lesson import source_lesson_resnet
from resnet_lesson.training.recipe import Recipe
from resnet_lesson.training.step import training_step

pytestmark = pytest.mark.slow


def test_bench_measures_each_way_in_turns(monkeypatch, capsys):
    ways = ("plain fit", "resnet_lesson")
    monkeypatch.setattr(throughput, "bench", partial(throughput.bench, ways=ways))
    assert main(["bench", "--pairs", "2", "--images", "64", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert tuple(result["ways"]) == ways
    assert all(len(speeds) == 2 for speeds in result["ways"].values())
    slow, fast = result["ways"].values()
    assert np.allclose(result["ratios"]["resnet_lesson"], np.divide(fast, slow))
    assert result["macs_per_image"] == model_macs(source_lesson_resnet())
    assert result["peak_flops"] > 1e9
    assert 0 < result["profile"]["input"] < result["profile"]["wall"]
    table = throughput.report(result)
    assert "ratio to plain fit" in table
    assert all(kind in table for kind in profiling.KINDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pairs": 0}, "pairs must be at least 1, got 0"),
        ({"ways": ("PyTorch",)}, r"ways must be among .*, got \('PyTorch',\)"),
        ({"images": 100}, "images must be a multiple of 64, got 100"),
    ],
)
def test_bench_refuses_what_it_cannot_measure(arguments, message):
    with pytest.raises(ValueError, match=message):
        throughput.bench(**arguments)


def test_a_profile_tells_operations_apart(tiny, few):
    model = tiny()
    recipe = Recipe(batch_size=32)
    training.compile_model(model, recipe, 1)
    step = training_step(model, 2)
    images = few.train.images[:32]
    one_hot = np.eye(10, dtype=np.float32)[few.train.labels[:32]]
    seconds, wall = profiling.step_profile(lambda: step(images, one_hot), calls=3)
    assert set(seconds) == set(profiling.KINDS)
    assert all(part > 0 for part in seconds.values())
    assert 0 < wall < 10


def test_replicas_take_turns():
    seconds = side_by_side.seconds_by_replicas((1, 2), turns=2, steps=1)
    assert list(seconds) == [1, 2]
    assert all(len(times) == 2 and min(times) > 0 for times in seconds.values())


def test_the_library_is_chosen_before_tensorflow_starts(monkeypatch):
    seen = []

    class Pool:
        def __init__(self, *arguments, **options):
            pass

        def submit(self, function, *arguments):
            seen.append((function.__name__, os.environ.get("TF_ENABLE_ONEDNN_OPTS")))
            done = Future()
            done.set_result(0.5)
            return done

        def shutdown(self):
            pass

    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", Pool)
    before = os.environ.get("TF_ENABLE_ONEDNN_OPTS")
    seconds = side_by_side.seconds_by_library(turns=2, steps=1)
    assert seconds == {"TensorFlow's own": [0.5, 0.5], "oneDNN's": [0.5, 0.5]}
    assert seen[:2] == [("_prepare", "0"), ("_prepare", "1")]
    assert os.environ.get("TF_ENABLE_ONEDNN_OPTS") == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"turns": 0}, "turns and steps must be at least 1, got 0, 5"),
        ({"replicas": (1, 3)}, r"replicas must be divisors of 64, got \(1, 3\)"),
    ],
)
def test_turns_of_replicas_refuse_what_they_cannot_measure(arguments, message):
    with pytest.raises(ValueError, match=message):
        side_by_side.seconds_by_replicas(**arguments)
