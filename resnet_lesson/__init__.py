"""Residual networks, explained by code that runs.

What the course teaches, in the order in which it is met:

    conv_arithmetic   output sizes, padding, receptive fields, costs
    parts, blocks     what blocks are made of; plain and residual blocks
    models            the networks made of them
    fashion_mnist     the data, embedded in the package
    training          recipe, loop, one step, evaluation

What serves it, each behind a door of its own:

    lab               instruments: what the notebooks measure networks with
    recorded          experiments too long for a notebook, and their files
    bench             how fast this machine trains, and where the time goes
    figures           every drawing, one module a notebook
    exercises         what checks a reader's answers, one module a notebook
    commands          what `python -m resnet_lesson` can do
    base              Keras without its start-up log, files, the machine

Imports point one way: a room uses those above it and `base`, never one below.
No room is imported here: `resnet_lesson.conv_arithmetic` stays usable, and
fast to import, without TensorFlow.
"""

import os

# On a single thread oneDNN's gradient of a 1 x 1 convolution overwrites memory where
# its channels are no multiple of 8 (TensorFlow 2.21, a processor without AVX-512). So
# `base.quiet`, which switches oneDNN on, must not do so on one core.
if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

__version__ = "0.1.0"
