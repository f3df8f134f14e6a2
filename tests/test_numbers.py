"""Every number about something recorded is found in a recording.

`claims/` has a module a text. `computed` words numbers from what is recorded
now, `stated` says what must hold for a number in words, and `EXCEPTIONS` names
the source of a number that no recording holds. What they word must stand in
the text; and no number with a unit may stand there that they do not word.
"""

import importlib
import re

import pytest
from claims import say

from resnet_lesson.recorded import recordings

MODULES = {
    name: importlib.import_module(f"claims.{name}")
    for name in ("readme", "degradation", "training", "inside", "seconds")
}
EXCEPTIONS = [
    (
        "08 print-heading",
        "appears once or twice, whatever the number",
        "cell print-run",
    ),
]
LESSONS = [f"0{n}" for n in range(10)]
PAGES = ["README.md", *LESSONS, *(f"solutions/{lesson}" for lesson in LESSONS[1:])]
# A section is about something recorded if one of its cells has this word;
# notebook 7 measures recorded weights in all of them.
RECORDED, ALL_RECORDED = re.compile("record", re.IGNORECASE), "07"

COUNTS = "|".join(
    (*say.WORDS.split()[1:], "thirty", "forty", "fifty", "hundred", "half")
)
NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|\b(?:{COUNTS})\b)"
PARTS = "half|thirds?|quarters?|fifths?|tenths?|sixteenths?|twentieths?|fiftieths?"
PARTS += "|hundredths?|thousandths?"
BETWEEN = "an?|more|fewer|further|other|trained|recorded|whole|new"
UNIT = (
    "%|per cent|(?:percentage )?points?|seconds?|minutes?|hours?|ms|nats?|times|epochs?"
    "|seeds?|runs?|pairs?|turns?|steps|iterations|images (?:a|per) second|GFLOP(?:/s)?"
    "|standard errors?|lines of code|GB"
    "|(?:million |billion )?(?:trainable )?(?:parameters|MACs|weights)"
)
MEASURE = re.compile(
    rf"{NUMBER}(?:(?: to | and | or | ± |, |–){NUMBER})*[  -](?:(?:{BETWEEN}) )?"
    rf"(?:{UNIT})(?!\w)|{NUMBER}(?: of its| of our)? (?:runs|seeds)\b"
    rf"|{NUMBER} ± {NUMBER}|±{NUMBER}"
    rf"|\b(?:{PARTS}) (?:of|fewer|less|more|as|an?|the)\b|\banother (?:{PARTS})\b"
    r"|\btwice\b|\bdoubles?\b|\b\w+fold\b"
    # a row of a table with a cell that is a number and nothing else
    r"|^\|.*\| *\d[\d.,]*(?: (?:±|to) [\d.]+)? *\|.*$",
    re.IGNORECASE | re.MULTILINE,
)
UNREAD = [  # code, formulas, addresses, headings, minutes of the core path
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"```.*?```",
        r"\$\$.*?\$\$",
        r"\$[^$\n]*\$",
        r"`[^`\n]*`",
        r"(?<=\])\([^)\n]*\)",
        r"^#+ [^\n]*$",
        r"\*\*Core path\*\*[^\n]*",
    )
]


def claims(module):
    """(cell, text, what is wrong with it or None) for each of a module's claims."""
    for cell, text in module.computed():
        yield cell, text, None
    for cell, text, holds in module.stated():
        yield cell, text, None if holds else "is not what is recorded"
    for cell, text, _ in module.EXCEPTIONS:
        yield cell, text, None


def wrong(module):
    """What a text does not say, or should not say."""
    return [
        f"{cell}: {text!r} {fault or 'should stand here'}"
        for cell, text, fault in claims(module)
        if fault or text not in say.text(cell)
    ]


def about_recordings(notebook):
    """The cells of prose in those sections of a notebook that are about recordings."""
    sections = [[]]
    for name, cell in say.cells(notebook).items():
        source = say.text(f"{notebook} {name}")
        if cell["cell_type"] == "markdown" and source.startswith("## "):
            sections.append([])
        is_note = cell["metadata"]["slideshow"]["slide_type"] == "notes"
        is_read = cell["cell_type"] == "markdown" and not is_note
        sections[-1].append((name, source, is_read))
    for section in sections:
        sources = [source for _, source, _ in section]
        if sources and sources[0].startswith(("## Exercises", "## References")):
            continue
        if notebook == ALL_RECORDED or any(map(RECORDED.search, sources)):
            yield from (f"{notebook} {name}" for name, _, is_read in section if is_read)


def unclaimed(cell, told):
    """The numbers with a unit in a text that no claim about it covers."""
    text = say.text(cell)
    read = text
    for pattern in UNREAD:
        read = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), read)
    covered = [
        (found.start(), found.end())
        for fragment in told
        for found in re.finditer(re.escape(fragment), text)
    ]
    for found in MEASURE.finditer(read):
        start, end = found.span()
        if not any(first <= start and end <= last for first, last in covered):
            yield text[max(0, start - 30) : end + 30]


@pytest.fixture(scope="module")
def told():
    """Fragments by cell."""
    found = {}
    listed = [(cell, text) for cell, text, _ in EXCEPTIONS]
    for module in MODULES.values():
        listed += [(cell, text) for cell, text, _ in claims(module)]
    for cell, text in listed:
        found.setdefault(cell, []).append(text)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_the_text_says_what_was_recorded(name):
    found = wrong(MODULES[name])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", PAGES)
def test_no_number_stands_without_a_source(page, told):
    cells = [page] if page == "README.md" else about_recordings(page)
    found = [
        f"{cell}: no source for {number!r}"
        for cell in cells
        for number in unclaimed(cell, told.get(cell, []))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda entry: entry[0])
def test_an_exception_stands_in_the_text(exception):
    cell, text, _ = exception
    assert text in say.text(cell)


# --- The guard itself


@pytest.mark.parametrize("name", ["readme", "degradation", "training"])
def test_a_number_that_is_no_longer_recorded_is_found(name, monkeypatch):
    read = recordings.read

    def shifted(experiment):
        recording = read(experiment)
        for run in recording["runs"]:
            for key in ("train_accuracy", "validation_accuracy"):
                values = run["history"].get(key, [])
                run["history"][key] = [0.9 * value for value in values]
            if "test_accuracy" in run:
                run["test_accuracy"] -= 0.001
        return recording

    monkeypatch.setattr(recordings, "read", shifted)
    assert wrong(MODULES[name])


@pytest.mark.parametrize(
    ("cell", "old", "new"),
    [
        ("README.md", "times PyTorch", "times (in the best of 9 runs) PyTorch"),
        ("README.md", "## Licences", "It reaches 95.2 % on two cores.\n\n## Licences"),
        ("06 steps-takeaway", "(Recorded runs.)", "They cost half a point."),
        ("06 twin-explained", "None that", "0.4 points, none of them that"),
        ("09 ways-takeaway", "(Recorded.)", "Three rounds of it. 2.13 times as fast."),
        ("07 maps-takeaway", "**Takeaway.**", "**Takeaway.** Right: 97.1 ± 0.3."),
    ],
)
def test_a_number_without_a_source_is_found(cell, old, new, told, monkeypatch):
    text = say.text(cell)
    assert old in text
    monkeypatch.setattr(say, "text", lambda _: text.replace(old, new, 1))
    assert list(unclaimed(cell, told.get(cell, [])))


def test_numbers_with_a_unit_are_told_from_others():
    for text in (
        "92.55 ± 0.14",
        "58 to 84 %",
        "two to three standard errors",
        "a quarter of the time",
        "1.49 times",
        "three new seeds",
        "six of its runs",
        "about 1,050 lines of code",
        "one seed",
        "0.27 million parameters",
    ):
        assert MEASURE.search(text), text
    for text in ("section 4.2", "ResNet-18", "28 × 28 pixels", "a seed", "8 channels"):
        assert not MEASURE.search(text), text
