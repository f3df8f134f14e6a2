"""Cells of a notebook as HTML, for decks and site: mathematics as MathML, no script."""

import re
from html import escape
from pathlib import Path
from xml.etree.ElementTree import tostring

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml.converter import convert_to_element
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

TEMPLATES = Path(__file__).parent / "templates"
SUM = "&#x02211;"  # as the converter writes it
LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
FORMATTER = HtmlFormatter(nowrap=True)


def fill(name, **values):
    """A template of the folder `templates` with its gaps filled, as text.

    Values are put in as they are: they are HTML already.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**values)


def read(name):
    """A file of the folder `templates`, as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def lessons(folder):
    """Names and notebooks of a folder of lessons, in order."""
    return {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted(folder.glob("*.ipynb"))
    }


def title(notebook):
    """The text of a notebook's heading, without its sign."""
    return re.match(r"# (.+)", notebook.cells[0].source)[1]


def kept(cell):
    """Whether a cell's input is worth a reader's while: scaffolding is not."""
    return "scaffolding" not in cell.metadata.get("tags", [])


class Writer:
    """Writes the cells of one page; keeps the headings that it has met.

    Args:
        link: a function that turns the target of a link into the page's own, or
            into None where there is none.

    Attributes:
        headings: tuples (level, text as HTML, id), in order.
    """

    def __init__(self, link=str):
        self.headings = []
        self._markdown = MarkdownWithMath(renderer=_Renderer(link, self.headings))

    def markdown(self, source):
        """Markdown as HTML."""
        return self._markdown.render(source)

    def input(self, cell):
        """The code of a cell, with its words marked by their kind."""
        return code(cell.source, "python")

    def outputs(self, cell):
        """What a cell printed and showed, a piece of HTML each."""
        for output in cell.outputs:
            data = output.get("data", {})
            if output.output_type == "stream":
                yield printed(output.text)
            elif "text/html" in data:
                yield data["text/html"]
            elif "text/markdown" in data:
                yield self.markdown(data["text/markdown"])
            elif "image/png" in data:
                yield picture(data["image/png"], output.metadata["image/png"])
            else:
                yield printed(data["text/plain"])


class _Renderer(IPythonRenderer):
    def __init__(self, link, headings):
        super().__init__(escape=False, exclude_anchor_links=True)
        self._target = link
        self._headings = headings

    def inline_math(self, body):
        # A browser breaks no formula; between these the line may break.
        return " ".join(mathml(part, "inline") for part in _steps(body))

    def block_math(self, body):
        return (
            '<span class="formula" tabindex="0" role="group" aria-label="Formula">'
            f"{mathml(body, 'block')}</span>"
        )

    def block_code(self, text, info=None):
        return code(text, info or "text")

    def table(self, text):
        return _scrolling("Table", f"<table>\n{text}</table>")

    def link(self, text, url, title=None):
        target = self._target(url)
        return super().link(text, target, title) if target else text

    def image(self, text, url, title=None):
        return super().image(text, self._target(url), title)

    def heading(self, text, level, **attributes):
        words = re.sub(r"<[^>]+>|&\w+;", "", text).lower()
        identifier = re.sub(r"\W+", "-", words).strip("-")
        while any(identifier == other for _, _, other in self._headings):
            identifier += "-"
        self._headings.append((level, text, identifier))
        return f'<h{level} id="{identifier}">{text}</h{level}>\n'


def mathml(tex, display):
    """A formula as MathML, which browsers draw without a library.

    Args:
        tex: the formula, without dollar signs.
        display: "inline" or "block".
    """
    formula = convert_to_element(tex.strip(), display=display)
    for element in formula.iter():
        # Within brackets the converter sets a sum's limits beside it, as in a line.
        if display == "block" and element.tag in LIMITS and element[0].text == SUM:
            element.tag = LIMITS[element.tag]
    # The converter's characters are references already.
    return tostring(formula, encoding="unicode").replace("&amp;#", "&#")


def _steps(tex):
    """A chain such as a = b = c in its steps "a", "= b", "= c"; others whole."""
    steps = re.split(r" (?=(?:=|<|\\le) )", tex)
    is_chain = len(steps) > 2 and all(s.count("{") == s.count("}") for s in steps)
    return steps if is_chain else [tex]


def code(text, language):
    """Program text as HTML, one line of text a line."""
    lexer = get_lexer_by_name(language, stripnl=False)
    marked = highlight(text.rstrip(), lexer, FORMATTER).rstrip("\n")
    return _scrolling("Code", f'<pre class="code"><code>{marked}</code></pre>')


def printed(text):
    """What a cell printed, as HTML."""
    text = escape(text.rstrip("\n"), quote=False)
    return _scrolling("Output", f'<pre class="printed"><samp>{text}</samp></pre>')


def picture(png, metadata):
    """A figure, with the text for those who cannot see it.

    Args:
        png: the file in base64.
        metadata: holds alt, and width and height in pixels of the page.
    """
    content = re.sub(r"\s", "", png)
    return (
        f'<img alt="{escape(metadata["alt"])}" width="{metadata["width"]}" '
        f'height="{metadata["height"]}" src="data:image/png;base64,{content}">'
    )


def _scrolling(label, content):
    """Something wide, in a box that a keyboard can scroll as well."""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">'
        f"{content}</div>\n"
    )
