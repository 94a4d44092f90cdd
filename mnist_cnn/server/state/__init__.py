"""What lives as long as the server: its networks, readers, trainings and class, and their news.
Calls of ``routes`` and ``programs`` come in; JSON of what is new for each page goes out.
"""
