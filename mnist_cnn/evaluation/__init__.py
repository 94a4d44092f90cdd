"""How well a network reads, and how sure it may be.
A network and labelled pictures come in, the figures of its card go out.
"""
