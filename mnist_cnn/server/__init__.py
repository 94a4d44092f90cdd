"""The program that serves the page: Gradio's app, the page's routes, and who may reach them.
A request passes ``gate`` and goes on to ``routes`` or ``programs``; the page reads drawings itself.
"""
