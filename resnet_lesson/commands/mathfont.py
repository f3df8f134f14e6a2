"""A font for formulas, so that they look alike on every machine."""

import base64
import io
import re
from html import unescape
from importlib.metadata import distribution

from fontTools import subset

# STIX Two Math (SIL Open Font License 1.1), in the package that carries it.
CARRIED = "ziamath/fonts/STIXTwoMath-Regular.ttf"
# Browsers set a letter of a formula as its italic, which is a character of its own.
ITALICS = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E}


def font_face(pages):
    """CSS that brings the font, cut down to the characters of some pages' formulas.

    Args:
        pages: their HTML.
    """
    formulas = unescape("".join(re.findall(r"(?s)<math.*?</math>", "".join(pages))))
    wanted = {ord(character) for character in formulas} | ITALICS
    options = subset.Options(flavor="woff", notdef_outline=True)
    font = subset.load_font(distribution("ziamath").locate_file(CARRIED), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    content = base64.b64encode(file.getvalue()).decode()
    return (
        '@font-face { font-family: "Formulas"; '
        f'src: url("data:font/woff;base64,{content}"); }}\n'
    )
