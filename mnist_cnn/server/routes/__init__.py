"""The page's own routes: trainings, the class, networks, pictures, a check with TensorFlow.
Requests come in from ``gate``, become calls of the library, and answers or refusals go out.
"""
