"""The commands that make files for ``weights/``. What ``making`` and ``lesson`` know how to make
goes out as files, which the page and the server read.
"""
