"""Trainings that visitors ask for: they wait in line, then each runs in a process of its own.
Jobs come in; events, snapshots and trained networks go out, and are kept for a while.
"""
