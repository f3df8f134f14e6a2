"""Notebook 04: the player that steps through a convolution without a kernel."""

import base64
import io
import json
import re

from IPython.display import display
from matplotlib.animation import FuncAnimation
from PIL import Image

from resnet_lesson.figures import style
from resnet_lesson.figures.convolution_steps import SETTINGS, draw_step


def show_player(name):
    """Display the player of one setting; it needs no kernel and no network.

    Args:
        name: "plain", "padded", "strided" or "dilated".
    """
    html = player(name)
    display({"text/html": html, "text/plain": _player_alt(name)}, raw=True)


@style.drawing
def player(name):
    """HTML that steps through a convolution, one output value a frame.

    Args:
        name: "plain", "padded", "strided" or "dilated".

    Returns:
        A string with every frame embedded, equal on each call.
    """
    setting = SETTINGS[name]
    figure, axes = style.canvas(9, 5)
    movie = FuncAnimation(
        figure,
        lambda step: draw_step(axes, setting, step),
        init_func=lambda: None,
        frames=len(setting.windows) ** 2,
        interval=1200,
    )
    return _self_contained(movie.to_jshtml(), name)


# Matplotlib's player takes its buttons' pictures from the web; the course works
# without a network, so they become characters.
BUTTONS = {
    "fa fa-minus": "−",
    "fa fa-fast-backward": "|«",
    "fa fa-step-backward": "‹",
    "fa fa-play fa-flip-horizontal": "◀",
    "fa fa-pause": "❚❚",
    "fa fa-play": "▶",
    "fa fa-step-forward": "›",
    "fa fa-fast-forward": "»|",
    "fa fa-plus": "+",
}


def _self_contained(html, name):
    identifier = re.search(r"_anim_img(\w+)", html)[1]
    html = html.replace(identifier, f"_{name}")  # random on each run otherwise
    html = re.sub(r"<link[^>]*>", "", html)
    html = re.sub(r"(?<=data:image/png;base64,)[^\"]+", _few_colours, html)
    for icon, character in BUTTONS.items():
        html = html.replace(f'<i class="{icon}"></i>', character)
    image = f'<img id="_anim_img_{name}"'
    alive = f'{image} alt="{_player_alt(name)}" style="max-width: 100%">'
    return _from_a_script(html.replace(f"{image}>", alive), name)


def _from_a_script(html, name):
    """Let a script put the controls in: without scripts a sentence stands there."""
    start = html.index('<div class="animation">')
    end = html.index("<script", start)
    place = f"_anim_place_{name}"
    controls = json.dumps(html[start:end].strip())
    # JupyterLab would else take the arrow keys away from the slider.
    keys = 'onkeydown="event.stopPropagation()"'
    return (
        f'{html[:start]}<div id="{place}" {keys}><p>{_player_alt(name)}</p></div>\n'
        f'<script>document.getElementById("{place}").innerHTML = {controls};</script>\n'
        f"{html[end:]}"
    )


def _few_colours(match):
    """The same picture with a palette: a quarter of the bytes."""
    pixels = base64.b64decode(match[0].replace("\\\n", ""))
    picture = Image.open(io.BytesIO(pixels)).convert("RGB").quantize(64)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _player_alt(name):
    return (
        f"Step-through player, {name} convolution. Where it does not appear, run "
        "this cell; the picture of all steps shows the same."
    )
