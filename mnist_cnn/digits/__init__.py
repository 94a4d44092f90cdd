"""The sources of digits: MNIST, pen strokes, a generator, and drawings that are not digits.
Files and strokes come in, 28×28 pictures with labels go out; public sets for measuring as ink.
"""
