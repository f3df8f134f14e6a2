"""Notebook 04: the player that steps through a convolution without a kernel."""

import base64
import html
import io
import json

from IPython.display import display
from PIL import Image

from resnet_lesson.figures import style
from resnet_lesson.figures.convolution_steps import SETTINGS, frame, told


def show_player(name):
    """Display the player of one setting; it needs no kernel and no network.

    Args:
        name: "plain", "padded", "strided" or "dilated".
    """
    page = player(name)
    display({"text/html": page, "text/plain": _player_alt(name)}, raw=True)


def player(name):
    """HTML that steps through a convolution, one output value a picture.

    It is worked with a mouse or from the keyboard; each step is also said in
    words, which a screen reader announces when the reader has asked for the step.

    Args:
        name: "plain", "padded", "strided" or "dilated".

    Returns:
        A string with every picture embedded, equal on each call.
    """
    setting = SETTINGS[name]
    steps = []
    for step in range(setting.output.size):
        figure = frame(name, step)
        steps.append([_picture(figure), figure.alt, told(setting, step)])
    controls = CONTROLS.replace("LAST", str(len(steps)))
    script = SCRIPT.replace("PLACE", f"player-{name}")
    script = script.replace("CONTROLS", json.dumps(controls))
    script = script.replace("STEPS", json.dumps(steps))
    words = html.escape(_player_alt(name))
    return (
        f'<div id="player-{name}" role="group" aria-label="Step-through player" '
        f'style="max-width: 900px; text-align: center"><p>{words}</p></div>\n'
        f"<script>{script}</script>"
    )


CONTROLS = """
<img alt="" style="max-width: 100%">
<p aria-live="polite" style="text-align: center"></p>
<button type="button" value="first" aria-label="First step">|«</button>
<button type="button" value="back" aria-label="One step back">‹</button>
<button type="button" value="play" aria-label="Play">▶</button>
<button type="button" value="on" aria-label="One step on">›</button>
<button type="button" value="last" aria-label="Last step">»|</button>
<input type="range" min="1" max="LAST" aria-label="Step">
"""

# Without scripts (GitHub, a notebook that is not trusted) the sentence in the
# player's place stays there.
SCRIPT = """
(() => {
  const place = document.getElementById("PLACE");
  const steps = STEPS;
  place.innerHTML = CONTROLS;
  const [image, said, slider, play] =
    ["img", "p", "input", "[value=play]"].map((part) => place.querySelector(part));
  const last = steps.length - 1;
  let step = 0, timer = null;

  function show(wanted) {
    step = Math.max(0, Math.min(wanted, last));
    [image.src, image.alt, said.textContent] = steps[step];
    slider.value = step + 1;
  }

  function run(playing) {
    clearInterval(timer);
    // Announced is what the reader asks for, not every step of a running player.
    said.setAttribute("aria-live", playing ? "off" : "polite");
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", playing ? "Stop" : "Play");
    timer = playing ? setInterval(
      () => step < last ? show(step + 1) : run(false), 1200) : null;
  }

  const does = {
    first: () => show(0),
    back: () => show(step - 1),
    on: () => show(step + 1),
    last: () => show(last),
    play: () => { if (step === last) show(0); run(true); },
  };
  for (const button of place.querySelectorAll("button")) {
    button.style.cssText = "min-width: 2.5em; min-height: 2em";
    button.addEventListener("click", () => {
      const stops = timer !== null && button === play;
      run(false);
      if (!stops) does[button.value]();
    });
  }
  slider.addEventListener("input", () => { run(false); show(slider.value - 1); });
  // JupyterLab and reveal.js would else take the arrow keys for themselves.
  place.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  show(0);
})();
"""


@style.drawing
def _picture(figure):
    """A data URI of a figure with a palette: a quarter of the bytes."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=100)
    picture = Image.open(drawn).convert("RGB").quantize(64)
    picture.save(small, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(small.getvalue()).decode()


def _player_alt(name):
    return (
        f"Step-through player, {name} convolution. Where it does not appear, run "
        "this cell; the picture of all steps shows the same."
    )
