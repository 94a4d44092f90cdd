"""One complete training, from what a person chooses to a tested network.
Options come in and are checked, digits are loaded, the network learns; events and a card go out.
"""
