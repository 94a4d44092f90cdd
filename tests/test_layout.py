"""The walls stand where the architecture says: who may import whom, and what lies where."""

import ast
import re
import shutil
import subprocess
import sys

import pytest

from tests.serving import ROOT

PACKAGE = ROOT / "mnist_cnn"
SOURCES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted([ROOT / "app.py", *PACKAGE.rglob("*.py")])
}
LIBRARY = [name for name in SOURCES if not name.startswith("mnist_cnn/ui/")]
STARTING = ("app.py", "mnist_cnn/commands/site.py")  # what makes a page of the ui
TOP_LEVEL = {"app.py", "mnist_cnn", "weights", "tests", "requirements.txt", "README.md"}
OPTIONAL = {"LICENSE", "README.zh-CN.md"}
WEB = {
    "an HTML tag": r"</?(div|span|p|b|a|h\d|ul|li|br|img|svg|canvas|script|style|button)\b[^<]*>",
    "a CSS rule": r"[\w.#\-*\]]\s*\{[^{}]*[\w-]+\s*:\s*[^{}:]+;[^{}]*\}",
    "JavaScript": r"\bfunction\s*\w*\(|=>\s*[\w{(]|\b(document|window)\.\w|\b(const|let)\s+\w+\s*=",
}


def imported(tree):
    """The dotted names of everything a file imports, at its top or deeper."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


IMPORTED = {name: imported(tree) for name, tree in SOURCES.items()}


def texts(tree):
    """Every string in a file but its docstrings, with its line."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_only_ui_imports_gradio():
    assert importing(LIBRARY, lambda other: other.split(".")[0] == "gradio") == []


def test_the_library_does_not_import_ui():
    library = [name for name in LIBRARY if name not in STARTING]
    assert importing(library, lambda other: "mnist_cnn.ui" in other) == []


def importing(names, forbidden):
    """Which of these files import what is forbidden."""
    return [(name, other) for name in names for other in IMPORTED[name] if forbidden(other)]


def test_imports_of_the_library_run_in_no_circle():
    modules = {
        name.removesuffix(".py").replace("/", "."): names for name, names in IMPORTED.items()
    }
    needs = {
        module: {
            other
            for other in modules
            if other != module and any(f"{name}.".startswith(f"{other}.") for name in names)
        }
        for module, names in modules.items()
    }
    while free := [module for module, others in needs.items() if not others & needs.keys()]:
        for module in free:
            del needs[module]
    assert needs == {}


def test_importing_the_whole_library_pulls_no_gradio_in():
    modules = [
        name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name in LIBRARY
        if name != "app.py"
    ]
    assert "mnist_cnn.reading" in modules
    program = (
        "import importlib, sys\n"
        f"for module in {modules}:\n"
        "    importlib.import_module(module)\n"
        "    assert 'gradio' not in sys.modules, module\n"
        "print('imported')"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert outcome.stdout == "imported\n", outcome.stderr


# What joins such files to one page, or looks through Gradio's, has a few words of their languages.
JOINING = tuple(
    f"mnist_cnn/ui/{name}.py"
    for name in ("bundle", "gradio_files", "gradio_page", "look", "static_page", "web")
)


def test_web_languages_live_in_files_of_their_own():
    found = [
        (name, line, kind, text)
        for name, tree in SOURCES.items()
        if name not in JOINING
        for line, text in texts(tree)
        for kind, pattern in WEB.items()
        if re.search(pattern, text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<div class='a'>", "an HTML tag"),
        ("</script>", "an HTML tag"),
        (".pad { color: red; }", "a CSS rule"),
        ("() => { x }", "JavaScript"),
        ("function go() {}", "JavaScript"),
        ("document.body", "JavaScript"),
        ("width must be a whole number from 1 to 256", None),
        ("bytes={start}-", None),
        ("a < b and c > d", None),
    ],
)
def test_the_search_for_web_languages_finds_what_it_should(text, kind):
    assert next((k for k, pattern in WEB.items() if re.search(pattern, text)), None) == kind


def test_the_top_level_holds_what_the_readme_names():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    top = {path.split("/")[0] for path in listed if path}
    shown = {name for name in top if not name.startswith(".")}
    assert shown - OPTIONAL == TOP_LEVEL


def test_no_data_is_kept_in_the_project():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    data = [path for path in listed if re.search(r"\.(npz|npy|gz|part|damaged)$", path)]
    # Learned numbers, and pictures made of such: no digit of anybody.
    assert data == ["weights/features.npz", "weights/generator.npz"]
