"""What the other folders share: reading requests, limits for clients, sending answers, addresses,
and the undocumented names of Gradio. A request comes in, checked values go out.
"""
