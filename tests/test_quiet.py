import importlib
import os
import platform
import subprocess
import sys

import pytest

from resnet_lesson.base import quiet
from resnet_lesson.base.quiet import silenced_stderr


def test_importing_keras_and_training_write_nothing_to_stderr():
    code = (
        "import numpy as np\n"
        "from resnet_lesson import models, training\n"
        "from resnet_lesson.fashion_mnist import FashionMNIST, Split\n"
        "split = Split(np.zeros((32, 28, 28, 1), 'float32'), np.arange(32) % 10)\n"
        "model = models.fashion_resnet(stages=(1,), width=4)\n"
        "recipe = training.Recipe(epochs=1, batch_size=16)\n"
        "training.train(model, FashionMNIST(split, split, None), recipe)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stderr == ""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="x86 only")
@pytest.mark.parametrize(("chosen", "used"), [(None, "1"), ("0", "0")])
def test_convolutions_are_onednns_unless_the_reader_says_otherwise(
    monkeypatch, chosen, used
):
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    if chosen:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", chosen)
    importlib.reload(quiet)
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == used


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs affinity")
def test_on_one_core_onednn_stays_off():
    code = (
        "import os\n"
        "os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])\n"
        "import resnet_lesson\n"
        "print(os.environ['TF_ENABLE_ONEDNN_OPTS'])\n"
    )
    environment = {k: v for k, v in os.environ.items() if "ONEDNN" not in k}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert run.stdout == "0\n"


def test_what_was_hidden_is_shown_when_the_body_fails(capfd):
    def fails():
        with silenced_stderr():
            os.write(2, b"the reason")
            raise ImportError

    with pytest.raises(ImportError):
        fails()
    os.write(2, b", restored")
    assert capfd.readouterr().err == "the reason, restored"


def test_nothing_is_shown_when_all_is_well(capfd):
    with silenced_stderr():
        os.write(2, b"noise")
    assert capfd.readouterr().err == ""
