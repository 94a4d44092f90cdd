"""The commands of ``python -m mnist_cnn``: each a file with its arguments and what it does."""
