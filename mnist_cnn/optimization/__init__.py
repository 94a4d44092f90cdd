"""How weights get better: the gradient step, the loop around it, and the recipes it follows.
A network and pictures come in; events come out while the network changes in place.
"""
