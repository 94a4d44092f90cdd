"""The lesson's chapters, figures and networks, as the page loads them, without TensorFlow.
Markdown, cards and weights come in, JSON and packed networks go out.
"""
