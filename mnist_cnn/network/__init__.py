"""The network: its layers with and without Keras, its weights, and the file formats of both.
Files are checked, then read into layers and arrays, from which any format can be written.
"""
