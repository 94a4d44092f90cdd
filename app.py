# /// script
# requires-python = ">=3.10,<3.14"
# dependencies = [
#     "tensorflow>=2.18,<3",
#     "keras>=3.10,<4",
#     "h5py>=3.11,<3.15",
#     "numpy>=1.26",
#     "gradio>=6.20,<7",
#     "starlette>=1.0.1",
#     "anyio>=4.5",
#     "h11>=0.14",
#     "uvicorn>=0.40",
#     "websockets>=13",
#     "pillow>=11.3",
#     "segno>=1.6",
#     "unlzw3>=0.2",
#     "ifaddr>=0.2",
# ]
# ///

"""Draw a digit, watch the network think: ``python app.py``, then open the address it prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mnist_cnn.system import installation, signals

if __name__ == "__main__":  # child processes import this file under another name
    signals.exit_gracefully()  # first: the imports below take a while
    installation.check("app.py")

# isort: split
from mnist_cnn.lesson.chapters import TextError
from mnist_cnn.network import importer, keras_file
from mnist_cnn.network.keras_file import DEFAULT, WeightsError
from mnist_cnn.server import command_line
from mnist_cnn.server.accounts import AccountsError, accounts
from mnist_cnn.system import temporary_folder


def main() -> int:
    """Start the page and serve it until Ctrl+C; return the exit status."""
    options = command_line.parser(__doc__).parse_args()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing leaves this machine
    weights = options.weights or DEFAULT
    try:
        command_line.check(options)
        users = accounts(options.auth, options.auth_file)
        for folder in temporary_folder.create():  # before TensorFlow or Gradio is imported
            print(f"Discarded {folder}, left behind by a server that was killed", file=sys.stderr)
        _check_network(weights)
        from mnist_cnn.server import serve  # imports Gradio, which takes a while

        return serve.serve(options, weights, users)
    except (
        *(AccountsError, command_line.OptionError, WeightsError, TextError),
        temporary_folder.NoFolderError,
    ) as error:
        print(error, file=sys.stderr)
        return 1


def _check_network(path: Path) -> None:
    """Raise ``WeightsError`` unless the file at ``path`` holds a network the page can show."""
    with keras_file.explain_errors(path):
        importer.read(path)


if __name__ == "__main__":
    sys.exit(main())
