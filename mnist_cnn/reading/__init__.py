"""From a picture to an answer, with TensorFlow: ink, 28×28 pixels, activations, probabilities, and
whether it is a digit at all. Files from visitors are decoded in a process of their own first.
"""
