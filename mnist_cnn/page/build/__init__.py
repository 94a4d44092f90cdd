"""What puts the page together: its modules in one file, its parts, and the files it loads.
The folders beside this one come in, HTML and a table of addresses go out, for any server.
"""
