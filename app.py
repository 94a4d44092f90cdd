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

from mnist_cnn import ending, installation

if __name__ == "__main__":  # not in the processes it starts, which import it by another name
    ending.begin()  # first: what follows takes a while
    installation.check("app.py")

# isort: split
from mnist_cnn import importer, temporary, weights_file
from mnist_cnn.lesson.text import TextError
from mnist_cnn.ui import command_line
from mnist_cnn.ui.accounts import AccountsError, accounts
from mnist_cnn.weights_file import DEFAULT, WeightsError


def main() -> int:
    """Start the page and serve it until Ctrl+C; return the exit status."""
    options = command_line.parser(__doc__).parse_args()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing leaves this machine
    weights = options.weights or DEFAULT
    try:
        command_line.check(options)
        users = accounts(options.auth, options.auth_file)
        for folder in temporary.own_folder():  # before TensorFlow or Gradio is imported
            print(f"Discarded {folder}, which a server that was killed has left", file=sys.stderr)
        _look_through(weights)
        from mnist_cnn.ui import server  # imports Gradio, which takes a while

        return server.serve(options, weights, users)
    except (
        *(AccountsError, command_line.OptionError, WeightsError, TextError),
        temporary.NoFolderError,
    ) as error:
        print(error, file=sys.stderr)
        return 1


def _look_through(path: Path) -> None:
    """Raise ``WeightsError`` unless there is a network at ``path`` that can be shown."""
    with weights_file.explained(path):
        importer.network_in(path)


if __name__ == "__main__":
    sys.exit(main())
