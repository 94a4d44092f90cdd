"""Public sets of digits, and of characters and things that are none, to measure with only.
Their published files come in, checked, and ink with labels goes out.
"""
