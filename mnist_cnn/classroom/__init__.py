"""The rules of a class, where it is brought, its votes, and the wall of its digits, in memory.
A teacher's decisions, pupils' digits and votes come in; who listens is called on every change.
"""
