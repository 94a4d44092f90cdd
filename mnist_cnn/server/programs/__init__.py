"""The named endpoints for programs and language models: ``/predict``, ``/activations``, ``/train``.
Calls come in from Gradio's queue, and become calls of the library.
"""
