"""Residual networks, explained by code that runs.

The modules, in the order in which the course meets them:

    conv_arithmetic   output sizes, padding, receptive fields, costs
    blocks            plain, residual, bottleneck and pre-activation blocks
    models            the networks made of them
    fashion_mnist     the data, embedded in the package
    training          a recipe and the loop that follows it
    inspection        measurements on a network
    figures           every drawing

Nothing is imported here: `resnet_lesson.conv_arithmetic` stays usable, and
fast to import, without TensorFlow.
"""

__version__ = "0.1.0"
