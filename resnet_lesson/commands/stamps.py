"""What a notebook's stored outputs were made from, and what has changed since.

Files' times say nothing in a clone. So a build leaves a stamp in the notebook,
`metadata.resnet_lesson.built_from`: short hashes of its code, of the modules of
this package that its imports lead to, and of the recordings that they name.
"""

import ast
import hashlib
import io
import re
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
CELLS = "code cells"  # the notebook's own line of the stamp
LAYOUT = ("NEWLINE", "INDENT", "DEDENT")  # whatever their text, which is white space
NO_CODE = ("ENCODING", "ENDMARKER", "NL")
# A notebook that uses one of these prints source code, comments and all.
SHOWING = ("getsource", "show_source")
RECORDED = "recorded/files"
CATALOGUE = "recorded/experiments.py"  # names every recording and reads none
CHECKING = "exercises/checking.py"  # imports a chapter's checkers when one is called


def built_from(notebook, package=PACKAGE):
    """The stamp of a notebook and the code around it, as they are now.

    Args:
        notebook: a dict, as JSON or nbformat reads it.
        package: folder of the package whose modules are followed.

    Returns:
        A dict, sorted: path within the package, or `CELLS` -> 12 hex digits.
    """
    cells = [
        "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"
    ]
    comments = any(name in cell for cell in cells for name in SHOWING)
    hashes = {CELLS: _digest("\n\n".join(_cell_code(cell, comments) for cell in cells))}
    modules, strings = _follow(cells, package, checkers=not _is_open(notebook))
    for module in modules:
        text = (package / module).read_text(encoding="utf-8")
        hashes[module] = _digest(code(text, comments=comments))
    if any(module.startswith("recorded/") for module in modules):
        for file in _recordings(strings, package / RECORDED):
            content = file.read_bytes()
            if file.suffix == ".json":  # git may have changed its line ends
                content = content.replace(b"\r\n", b"\n")
            hashes[f"{RECORDED}/{file.name}"] = _digest(content)
    return dict(sorted(hashes.items()))


def changed(notebook, package=PACKAGE):
    """The lines of a notebook's stamp that differ now, or None without a stamp.

    Args and the form of a line are those of `built_from`.
    """
    stored = notebook["metadata"].get("resnet_lesson", {}).get("built_from")
    if stored is None:
        return None
    now = built_from(notebook, package)
    lines = stored.keys() | now.keys()
    return sorted(line for line in lines if stored.get(line) != now.get(line))


def code(source, *, comments=False, cell=False):
    """Python source without what it does not do: layout, docstrings, comments.

    Built from tokens, as the dump of a syntax tree differs between versions of
    Python; f-strings, which are one token before 3.12 and several since, are
    taken whole.

    Args:
        source: the text of a module or a cell.
        comments: whether comments stay.
        cell: whether a string alone at the top level stays: a cell displays it.
    """
    tokens = list(_tokens(source, comments))
    kinds = [None, *(kind for kind, _ in tokens), None]
    lines, depth, dropped = [], 0, False
    for before, (kind, text), after in zip(kinds, tokens, kinds[2:], strict=False):
        depth += (kind == "INDENT") - (kind == "DEDENT")
        starts = before in (None, "COMMENT", *LAYOUT)
        alone = starts and kind == "STRING" and after == "NEWLINE"
        is_docstring = alone and re.match(r"[rRuU]?['\"]", text)
        if dropped:  # the end of its line goes too
            dropped = False
        elif is_docstring and not (cell and depth == 0):
            dropped = True
        else:
            lines.append(kind if kind in LAYOUT else text)
    return "\n".join(lines)


def _tokens(source, comments):
    """Pairs of kind and text."""
    lines = io.StringIO(source).readlines()
    start, depth = None, 0
    for token in tokenize.generate_tokens(iter(lines).__next__):
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":
            start, depth = (start if depth else token.start), depth + 1
        elif kind == "FSTRING_END":
            depth -= 1
            if depth == 0:
                yield "STRING", _between(lines, start, token.end)
        elif depth == 0 and kind not in NO_CODE and (comments or kind != "COMMENT"):
            yield kind, token.string


def _between(lines, start, end):
    """The text between two places, each (line from 1, column from 0)."""
    (first, left), (last, right) = start, end
    block = lines[first - 1 : last]
    block[-1] = block[-1][:right]
    block[0] = block[0][left:]
    return "".join(block)


def _cell_code(source, comments):
    """As `code`; a cell that is not plain Python, such as a magic, as it stands."""
    return (
        source if _tree(source) is None else code(source, comments=comments, cell=True)
    )


def _tree(source):
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _is_open(notebook):
    """Whether every answer is still to be given: then `check` runs no checker."""
    answers = [c for c in notebook["cells"] if c.get("id", "").startswith("answer-")]
    return answers != [] and all("..." in "".join(c["source"]) for c in answers)


def _follow(cells, package, checkers):
    """Modules that the imports of some cells lead to, and the strings in both.

    The package's own __init__ is no part: it holds the version only. The modules
    behind `check` are followed if `checkers`.
    """
    waiting = [tree for tree in map(_tree, cells) if tree]
    modules, strings = set(), set()
    while waiting:
        tree = waiting.pop()
        strings |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        for file in _imported(tree, package):
            module = file.relative_to(package).as_posix()
            if module in modules:
                continue
            modules.add(module)
            found = ast.parse(file.read_text(encoding="utf-8"), filename=module)
            if module == CATALOGUE:  # else every name in it would count as read
                found = _imports_only(found)
            if module == CHECKING and checkers:
                waiting += _imports_of_checkers(found, cells, package)
            waiting.append(found)
    return sorted(modules), strings


def _imports_of_checkers(checking, cells, package):
    """The imports that `check("4.1", ...)` in a cell leads to, as code."""
    chapters = next(
        ast.literal_eval(node.value)
        for node in checking.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CHAPTERS"
    )
    for chapter, module in chapters.items():
        call = re.compile(rf"\bcheck\(\s*['\"]{chapter}(\.\d+)?['\"]")
        if any(map(call.search, cells)):
            for path in sorted((package / "exercises").glob(f"{module}*.py")):
                yield ast.parse(f"import {package.name}.exercises.{path.stem}")


def _imports_only(tree):
    kinds = (ast.Import, ast.ImportFrom)
    imports = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return ast.Module(body=imports, type_ignores=[])


def _imported(tree, package):
    """The files of the package that a piece of code imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == package.name:
                yield from _files(rest, package)


def _files(parts, package):
    """The module behind some parts of a name, and every __init__ on the way."""
    for part in parts:
        module = package / f"{part}.py"
        package /= part
        for file in (package / "__init__.py", module):
            if file.is_file():
                yield file


def _recordings(strings, folder):
    """Files whose name is among some strings, with the weights of their runs."""
    variants = set()
    for file in sorted(folder.glob("*.json")):
        if {file.name, file.stem} & strings:
            variants |= set(
                re.findall(r'"variant": "([^"]+)"', file.read_text("utf-8"))
            )
            yield file
    for file in sorted(folder.glob("*.weights.h5")):
        if file.name.removesuffix(".weights.h5") in variants:
            yield file


def _digest(content):
    content = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(content).hexdigest()[:12]
