"""The package's rooms: who may import whom, and how much there is to read."""

import ast
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "resnet_lesson"
# A room may import those before its own line, and itself. `base` imports none.
ORDER = (
    ("base",),
    ("conv_arithmetic", "fashion_mnist"),
    ("parts",),
    ("blocks",),
    ("models",),
    ("training",),
    ("lab",),
    ("recorded",),
    ("bench",),
    ("figures",),
    ("exercises",),
    ("commands",),
    ("__main__",),
)
TAUGHT = (
    "conv_arithmetic",
    "fashion_mnist",
    "parts",
    "blocks",
    "models",
    "training",
)
LEVEL = {room: level for level, line in enumerate(ORDER) for room in line}
LONGEST = 250
TABLES = ()  # modules that may be longer, being one long table
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common"}

MODULES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES} - {PACKAGE})


def name(path):
    return path.relative_to(PACKAGE).as_posix()


def room(path):
    """The first part of a module's name: a folder, or a module at the top."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_rooms(path):
    """Rooms that a module imports, wherever in it the import stands."""
    for node in ast.walk(tree(path)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for imported in names:
            first, *rest = imported.split(".")
            if first == PACKAGE.name:
                yield rest[0]


def test_every_room_has_its_place():
    assert {room(path) for path in MODULES} == {*LEVEL, "__init__"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way(path):
    own = room(path)
    if own == "__init__":
        assert not list(imported_rooms(path))
        return
    for other in imported_rooms(path):
        is_earlier = LEVEL[other] < LEVEL[own]
        assert is_earlier or other == own, f"{own} imports {other}"


def test_there_are_few_doors_and_more_than_a_module_behind_each():
    doors = [
        path
        for path in PACKAGE.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    ]
    assert len(doors) <= 9
    for folder in FOLDERS:
        assert len(set(folder.glob("*.py")) - {folder / "__init__.py"}) > 1, folder


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_every_room_says_in_a_sentence_what_it_is(folder):
    docstring = ast.get_docstring(tree(folder / "__init__.py"))
    sentence = docstring.split("\n\n")[0]
    assert sentence.endswith(".")
    assert not re.search(r"[.!?]\s", sentence)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_are_short_and_named_after_what_they_hold(path):
    if name(path) not in TABLES:
        length = len(path.read_text(encoding="utf-8").splitlines())
        assert length <= LONGEST
    assert path.stem not in VAGUE


def code_lines(path):
    """How many lines hold code: neither blank nor only comment or docstring."""
    no_code = {"COMMENT", "NL", "NEWLINE", "INDENT", "DEDENT", "ENCODING", "ENDMARKER"}
    lines = set()
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if tokenize.tok_name[token.type] not in no_code:
                lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_lines_of_code_are_counted_without_comment_and_docstring(tmp_path):
    path = tmp_path / "five.py"
    path.write_text(
        '"""One.\n\nTwo."""\n\n# three\nX = [\n    1,  # four\n\n]\n\n\n'
        'def f():\n    """Five."""\n    return """six\nseven"""\n',
        encoding="utf-8",
    )
    assert code_lines(path) == 3 + 3


def test_the_readme_says_how_much_there_is_to_read():
    (said,) = re.findall(
        r"about ([\d,]+) lines of code", (ROOT / "README.md").read_text("utf-8")
    )
    counted = sum(code_lines(path) for path in MODULES if room(path) in TAUGHT)
    assert int(said.replace(",", "")) == 50 * round(counted / 50)
