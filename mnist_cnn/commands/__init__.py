"""The commands of ``python -m mnist_cnn``: each file has ``add``, its arguments, and ``run``.
Arguments become calls of the library, and results become files and lines on the terminal.
"""
