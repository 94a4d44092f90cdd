"""What the program needs of the operating system: signals, atomic files, a temporary folder, a
quiet import of TensorFlow. Every other folder may use it; it uses none of them.
"""
