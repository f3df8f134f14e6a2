"""Contrast as WCAG 2.1 defines it, and shades dark enough to write with."""

import numpy as np
from matplotlib.colors import to_hex, to_rgb

ENOUGH = 4.5  # text against what is behind it: success criterion 1.4.3, level AA
WEIGHTS = (0.2126, 0.7152, 0.0722)  # how bright red, green and blue light is


def linear(color):
    """Amounts of red, green and blue light, without the screen's gamma curve.

    Args:
        color: one of Matplotlib's, or float (..., 3) in [0, 1] as in an sRGB image.

    Returns:
        float (..., 3) in [0, 1].
    """
    channels = np.asarray(to_rgb(color) if isinstance(color, str) else color)
    return np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )


def contrast(one, other):
    """The contrast ratio of two colours, from 1 to 21.

    Args:
        one, other: as for `linear`.

    Source: WCAG 2.1, definitions of "contrast ratio" and "relative luminance".
    """
    ratio = (linear(one) @ WEIGHTS + 0.05) / (linear(other) @ WEIGHTS + 0.05)
    return np.maximum(ratio, 1 / ratio)


def readable(color, behind):
    """A colour, darker where words in it would be too faint.

    Args:
        color: as for `linear`, a single one.
        behind: the darkest colour that words may stand on, a light one.

    Returns:
        A string such as "#ab4a00", of the same hue.
    """
    light = linear(color)
    # A little more than enough: the result is rounded to 8 bits a channel.
    most = (linear(behind) @ WEIGHTS + 0.05) / (1.02 * ENOUGH) - 0.05
    light = light * min(1, most / (light @ WEIGHTS))
    return to_hex(
        np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    )
