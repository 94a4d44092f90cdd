"""The page as an app of Gradio: its blocks, what its HTML begins with, and its files.
The parts that ``page.build`` describes come in, a ``gr.Blocks`` goes out.
"""
