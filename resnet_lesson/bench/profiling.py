"""Where the seconds of a training step go, by TensorFlow's own profiler."""

import tempfile
import time
from collections import Counter
from pathlib import Path

KINDS = (
    "convolution, forward",
    "convolution, backward",
    "batch normalization",
    "optimizer",
    "everything else",
)


def step_profile(step, calls=10):
    """Time that the operations of a step take, by kind.

    Args:
        step: function without arguments that runs TensorFlow operations; it is
            called twice before the measurement, so that it is compiled.
        calls: how often it is called while it is measured.

    Returns:
        (seconds, wall): a dict from each of `KINDS` to seconds per call, added
        up over all threads that were at work, and the wall time per call.
        Operations are told apart by type and by the names that `models` give
        to layers.
    """
    import tensorflow as tf

    for _ in range(2):
        step()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        start = time.perf_counter()
        for _ in range(calls):
            step()
        wall = time.perf_counter() - start
        tf.profiler.experimental.stop()
        (trace,) = Path(folder).rglob("*.xplane.pb")
        events = _operations(trace.read_bytes())
    seconds = dict.fromkeys(KINDS, 0.0)
    for (name, operation), duration in events.items():
        seconds[_kind(name, operation)] += duration / calls
    return seconds, wall / calls


def _operations(trace):
    """Seconds by (name, type) of operation, from a profiler's trace."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace.FromString(trace)
    total = Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                # An operation's event is called "its/name:Type"; those of what
                # runs the operations, "Class::method" or "EagerExecute: name".
                full = plane.event_metadata[event.metadata_id].name
                name, _, operation = full.rpartition(":")
                if name and not name.endswith(":") and not name.startswith("Eager"):
                    total[name, operation.strip()] += event.duration_ps / 1e12
    return total


def _kind(name, operation):
    if "Conv2DBackprop" in operation:
        return "convolution, backward"
    if "Conv2D" in operation:
        return "convolution, forward"
    if "_bn" in name:
        return "batch normalization"
    if name.startswith(("adam", "sgd", "Adam", "SGD")):
        return "optimizer"
    return "everything else"
