"""Residual networks, explained by code that runs.

The modules, in the order in which the course meets them:

    conv_arithmetic   output sizes, padding, receptive fields, costs
    receptive         the receptive field of a real network, by its gradients
    parts, blocks     what blocks are made of; plain and residual blocks
    models            the networks made of them
    inspection        measurements on a network
    fashion_mnist     the data, embedded in the package
    recipe, training  everything that decides a training run, and the loop
    parallel          one step on several parts of a batch at a time
    evaluation        how good the result is
    recordings        experiments that take too long for a notebook
    bench, profiling  how fast this machine trains, and where the time goes
    speed             the bench recorded, and how a step's time grows
    figures           every drawing

Behind them: `checkpoints`, `progress`, `runs` and `machine` serve training and
the command line; `quiet` imports Keras without TensorFlow's start-up log.

Nothing is imported here: `resnet_lesson.conv_arithmetic` stays usable, and
fast to import, without TensorFlow.
"""

__version__ = "0.1.0"
