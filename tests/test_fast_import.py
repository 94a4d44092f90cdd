"""What Gradio's import leaves out."""

import os
import subprocess
import sys

from tests.serving import ROOT


def test_pyarrow_is_not_imported_before_tensorflow_where_it_is_installed(tmp_path):
    (tmp_path / "pyarrow").mkdir()
    (tmp_path / "pyarrow" / "__init__.py").write_text("print('pyarrow')")
    program = (
        "import sys\n"
        "from mnist_cnn.server import serve\n"
        "assert 'pandas' in sys.modules\n"  # which imports it where it can
        "from mnist_cnn.system import quiet_tensorflow\n"
        "import keras\n"
        "print('keras')"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert outcome.stdout == "keras\n", outcome.stderr
