"""What every request passes first: known endpoints, limits of size and rate, the page's own origin.
A request comes in, and goes on to Gradio and to ``routes`` or is refused with a sentence.
"""
