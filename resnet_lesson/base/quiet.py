"""Keras, imported without TensorFlow's start-up log and with its faster convolutions.

`from resnet_lesson.base.quiet import keras` is `import keras` and nothing else,
except that the lines which TensorFlow's C++ code prints while it loads do not
end up in a notebook's stored outputs, nor its advice about repeated tracing,
which a lesson that builds many networks cannot follow, and that convolutions are
oneDNN's on every x86 processor.
"""

import contextlib
import logging
import os
import platform
import sys
import tempfile

# Read by TensorFlow when it is first imported, so it has to be set before:
# no INFO, WARNING or ERROR lines from C++ (Python's own warnings still appear).
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Left to itself, TensorFlow uses oneDNN only on processors with instructions made
# for neural networks (AVX512-VNNI and later). Without them it gains as much.
if platform.machine().lower() in ("x86_64", "amd64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


@contextlib.contextmanager
def silenced_stderr():
    """Hide what is written to file descriptor 2, C and C++ code included.

    If the body raises, what was hidden is shown first: it may be the reason.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as hidden:
        original = os.dup(2)
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            hidden.seek(0)
            os.write(original, hidden.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


with silenced_stderr():
    import keras

logging.getLogger("tensorflow").setLevel(logging.ERROR)

__all__ = ["keras", "silenced_stderr"]
