"""Draw a digit, watch the network think: ``python app.py``, then open the address it prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mnist_cnn import architecture, temporary
from mnist_cnn.ui import command_line
from mnist_cnn.ui.accounts import AccountsError, accounts
from mnist_cnn.weights_file import DEFAULT, UNREADABLE, WeightsError


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
        network = _layers(weights)
    except (
        *(AccountsError, command_line.OptionError, WeightsError),
        temporary.NoFolderError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    from mnist_cnn.ui import server  # imports Gradio, which takes a while

    return server.serve(options, weights, network, users)


def _layers(path: Path) -> list[architecture.Layer]:
    """Return the layers of the network at ``path``; raises ``WeightsError``."""
    try:
        return architecture.layers_in(path)
    except UNREADABLE:
        from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

        # isort: split
        from mnist_cnn import weights

        network = weights.load(path)  # says in a sentence what is wrong
        return [architecture.described(layer) for layer in network.layers[1:]]


if __name__ == "__main__":
    sys.exit(main())
