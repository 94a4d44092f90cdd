"""How the files in ``weights/`` are made: the judge, the generator, the lesson's networks, and the
pictures that excite channels. Digits come in, weights with cards go out; only commands use it.
"""
