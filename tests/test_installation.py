"""What is needed is named in one place; where it is not there, a sentence says so at once."""

import ast
import re
import subprocess
import sys
import venv
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mnist_cnn.system import installation
from tests.serving import ROOT
from tests.test_layout import IMPORTED

PARSED_FIRST = ["app.py", "mnist_cnn/__init__.py", "mnist_cnn/__main__.py"]
PARSED_FIRST += [f"mnist_cnn/system/{name}.py" for name in ("signals", "installation", "paths")]
OPTIONAL = {"unlzw3", "ifaddr"}
ELSEWHERE = {"websockets"}  # imported by uvicorn


def requirements():
    """The requirements with their markers, in the order of the file."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split("  #")[0]) for line in lines]


def needed(python="3.12"):
    """The names of what a Python is told to install."""
    return {
        one.name: one
        for one in requirements()
        if not one.marker or one.marker.evaluate({"python_version": python})
    }


def test_every_package_that_is_imported_is_required():
    own = {"mnist_cnn", "onnx", "onnxruntime", "tensorboard"}
    imported = {name.split(".")[0] for names in IMPORTED.values() for name in names} - own
    distributions = packages_distributions()
    packages = {distributions[name][0].lower() for name in imported - set(sys.stdlib_module_names)}
    assert packages | ELSEWHERE == needed().keys()


def test_what_is_looked_for_is_what_is_required():
    distributions = packages_distributions()
    looked_for = {distributions[name][0].lower() for name in installation.REQUIRED_MODULES}
    assert looked_for == needed().keys() - OPTIONAL


@pytest.mark.parametrize("name", ["gradio", "tensorflow", "keras"])
def test_a_major_version_that_nobody_has_tried_is_not_installed(name):
    bounds = {bound.operator for bound in needed()[name].specifier}
    assert bounds == {">=", "<"}


def test_uv_installs_what_pip_installs():
    text = (ROOT / "app.py").read_text(encoding="utf-8")
    block = re.search(r"^# /// script\n(.*?)^# ///$", text, re.MULTILINE | re.DOTALL)[1]
    python, listed = re.fullmatch(
        r'requires-python = "(.*)"\ndependencies = (\[.*\])\n',
        re.sub("^# ?", "", block, flags=re.MULTILINE),
        re.DOTALL,
    ).groups()
    names = [Requirement(one) for one in ast.literal_eval(listed)]
    assert names == [one for one in requirements() if not one.marker]
    (oldest, (major, newest)) = installation.SUPPORTED_PYTHONS
    assert python == f">={'.'.join(map(str, oldest))},<{major}.{newest + 1}"


def test_the_tested_versions_are_of_all_that_is_required_and_within_its_bounds():
    tested = (ROOT / ".constraints.txt").read_text(encoding="utf-8").splitlines()
    held = [Requirement(line) for line in tested if not line.startswith("#")]
    tests = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line.split("  #")[0]) for line in tests]
    for one in [*needed().values(), *asked]:
        versions = [
            str(other.specifier)[2:] for other in held if other.name == canonicalize_name(one.name)
        ]
        assert versions, one.name
        assert all(version in one.specifier for version in versions), one.name


@pytest.mark.parametrize(
    ("python", "fits"), [("3.9", False), ("3.10", True), ("3.13", True), ("3.14", False)]
)
def test_pip_fails_at_once_with_a_sentence_where_python_does_not_fit(python, fits):
    first, *others = requirements()
    assert first.marker.evaluate({"python_version": python}) is not fits
    assert str(first.specifier) == "==0+needs.Python.3.10.to.3.13"
    assert not any(one.marker for one in others)


@pytest.mark.parametrize("name", PARSED_FIRST)
def test_what_is_read_before_the_sentence_can_be_read_by_old_pythons(name):
    ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 8))


# --- the sentence -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The Python of a virtual environment with nothing in it."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@pytest.mark.parametrize("program", [["app.py"], ["-m", "mnist_cnn", "train"]])
def test_without_its_packages_a_program_names_them_and_the_way_out(program, bare):
    outcome = subprocess.run([bare, *program], cwd=ROOT, capture_output=True, text=True)
    version = ".".join(map(str, sys.version_info[:3]))
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr == (
        f"Not installed for {bare} (Python {version}): {', '.join(installation.REQUIRED_MODULES)}. "
        f'Type: "{bare}" -m pip install -r requirements.txt\n'
    )


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A Python in no virtual environment, and a checkout without one; what is missing is named."""
    monkeypatch.setattr(installation, "PROJECT", tmp_path)
    monkeypatch.setattr(installation, "REQUIRED_MODULES", ("json", "no_such_package"))
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")

    def sentence(program="app.py"):
        with pytest.raises(SystemExit) as ended:
            installation.check(program)
        return ended.value.code

    return sentence


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (
            "posix",
            "python3 -m venv --clear .venv && .venv/bin/python -m pip install -r requirements.txt "
            "&& .venv/bin/python app.py",
        ),
        (
            "nt",
            "py -3 -m venv --clear .venv; .venv\\Scripts\\python.exe -m pip install -r "
            "requirements.txt; .venv\\Scripts\\python.exe app.py",
        ),
    ],
)
def test_outside_a_virtual_environment_one_is_made(system, command, outside, monkeypatch):
    monkeypatch.setattr(installation, "WINDOWS", system == "nt")
    said = outside()
    assert said.startswith("Not installed for /usr/bin/python3 (Python 3.")
    assert said.endswith(f"): no_such_package. Type: {command}")


def test_outside_a_virtual_environment_the_one_that_is_there_is_named(outside, tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    assert outside("-m mnist_cnn").endswith(" Type: .venv/bin/python -m mnist_cnn")


@pytest.mark.parametrize("version", [(3, 8, 20), (3, 9, 2), (3, 14, 0)])
def test_a_python_that_does_not_fit_is_told_before_anything_is_looked_for(
    version, outside, monkeypatch
):
    monkeypatch.setattr(sys, "version_info", version)
    assert outside() == (
        f"This needs Python 3.10 to 3.13, and /usr/bin/python3 is Python "
        f"{'.'.join(map(str, version))}. Install one that fits, and type: "
        "python3.13 -m venv --clear .venv && .venv/bin/python -m pip install -r requirements.txt "
        "&& .venv/bin/python app.py"
    )
