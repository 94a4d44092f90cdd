"""The walls stand where the architecture says: who may import whom, and what lies where."""

import ast
import os
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
# From the ground up: a folder imports those before it. What stands beside one another in a floor
# does not import its neighbours.
FLOORS = (
    ("system",),
    ("network",),
    ("reading",),
    ("digits",),
    ("digits.public",),
    ("optimization",),
    ("evaluation",),
    ("lesson", "training", "classroom"),
    ("making", "runs", "page.build"),
    ("server.http",),
    ("server.gate",),
    ("server.state",),
    ("server.routes",),
    ("server.programs",),
    ("server.gradio_app",),
    ("server",),
    ("commands",),
    ("commands.making",),
    ("",),  # the package itself, and ``app.py``
)
# The same in the page; what a person sees are folders below ``components``, in no circle.
PAGE_FLOORS = (
    "reader",
    "explain",
    "experiments",
    "worker",
    "transport",
    "dom",
    "state",
    "locales",
    "painting",
    "components",
)
KNOW_NO_PAGE = ("reader", "explain", "experiments")  # they run wherever JavaScript does
MOST_FILES = 14  # in a folder
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


def folder(module):
    """The folder of a module in the package, with dots: "" for the package's own files."""
    return module.removeprefix("mnist_cnn").rpartition(".")[0].lstrip(".")


MODULES = {
    name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): names
    for name, names in IMPORTED.items()
}


def needs(module):
    """The other modules of the package that a module imports."""
    return {
        max(found, key=len)
        for name in MODULES[module]
        if (found := [other for other in MODULES if f"{name}.".startswith(f"{other}.")])
    } - {module, "mnist_cnn"}


def test_every_folder_stands_on_a_floor():
    standing = [name for floor in FLOORS for name in floor]
    assert sorted(standing) == sorted({folder(module) for module in MODULES if needs(module)})


def test_folders_import_only_those_below_them():
    level = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    upward = [
        (module, other)
        for module in MODULES
        for other in needs(module)
        if folder(module) != folder(other) and level[folder(module)] <= level[folder(other)]
    ]
    assert upward == []


def test_only_the_server_imports_gradio():
    importing = {
        folder(module).partition(".")[0]
        for module, names in MODULES.items()
        if any(name.split(".")[0] == "gradio" for name in names)
    }
    assert importing == {"server"}


def test_files_import_each_other_in_no_circle():
    waiting = {module: needs(module) for module in MODULES}
    while free := [module for module, others in waiting.items() if not others & waiting.keys()]:
        for module in free:
            del waiting[module]
    assert waiting == {}


def page_imports():
    """Every JavaScript module of the page, and those it imports, by their paths in ``page``."""
    page = PACKAGE / "page"
    return {
        path.relative_to(page).as_posix(): {
            os.path.normpath(path.parent.relative_to(page) / other).replace(os.sep, "/")
            for other in re.findall(r'(?:from |import\()"(\.[^"]+)"', path.read_text("utf-8"))
        }
        for path in page.rglob("*.js")
        if path.relative_to(page).parts[0] in PAGE_FLOORS
    }


def test_folders_of_the_page_import_only_those_below_them():
    upward = [
        (module, other)
        for module, others in page_imports().items()
        for other in others
        if PAGE_FLOORS.index(module.split("/")[0]) < PAGE_FLOORS.index(other.split("/")[0])
    ]
    assert upward == []


def test_components_import_each_other_in_no_circle():
    waiting: dict[str, set[str]] = {}
    for module, others in page_imports().items():
        if module.startswith("components/"):
            name = module.split("/")[1]
            its = {other.split("/")[1] for other in others if other.startswith("components/")}
            waiting.setdefault(name, set()).update(its - {name})
    while free := [name for name, others in waiting.items() if not others & waiting.keys()]:
        for name in free:
            del waiting[name]
    assert waiting == {}


def test_reading_explaining_and_experiments_know_no_page():
    page = PACKAGE / "page"
    known = [
        (str(path.relative_to(page)), found)
        for folder in KNOW_NO_PAGE
        for path in (page / folder).rglob("*.js")
        for found in re.findall(r"\bdocument\.|\bfetch\(", path.read_text("utf-8"))
    ]
    assert known == []


def test_the_page_has_one_way_to_make_elements_and_pictures():
    page = PACKAGE / "page"
    made = {"document.createElement(": set(), "new ImageData(": set()}
    for path in page.rglob("*.js"):
        for how, where in made.items():
            if how in path.read_text("utf-8"):
                where.add(path.relative_to(page).as_posix())
    assert made == {
        "document.createElement(": {
            "dom/elements.js",
            "painting/canvas.js",
            "transport/download.js",
        },
        "new ImageData(": {"painting/canvas.js"},
    }


def test_every_folder_says_what_it_is_for_and_which_way_data_passes():
    silent = [
        name
        for name, tree in SOURCES.items()
        if name.endswith("/__init__.py") and (ast.get_docstring(tree) or "").count(".") < 2
    ]
    assert silent == []


def test_a_folder_holds_about_a_dozen_files():
    folders = {path.parent for path in PACKAGE.rglob("*.*") if "__pycache__" not in path.parts}
    shown = {
        str(path.relative_to(ROOT)): len(
            [file for file in path.iterdir() if file.is_file() and file.name != "__init__.py"]
        )
        for path in folders
    }
    assert {name: files for name, files in shown.items() if files > MOST_FILES} == {}


def test_importing_the_whole_library_pulls_no_gradio_in():
    modules = [module for module in MODULES if not folder(f"{module}.x").startswith("server")]
    modules = [module for module in modules if module != "app"]
    assert "mnist_cnn.reading.reader" in modules
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
    f"mnist_cnn/{name}.py"
    for name in (
        *("page/build/bundle", "page/build/theme", "page/build/site", "page/build/assets"),
        *("server/gradio_app/frontend_files", "server/gradio_app/head"),
    )
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
    # Learned numbers, pictures made of such, and a few of MNIST's digits, which may be passed on.
    shipped = ("features", "generator", "misread", "neighbours")
    assert set(data) <= {f"weights/{name}.npz" for name in shipped}
