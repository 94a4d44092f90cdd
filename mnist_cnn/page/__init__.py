"""The browser's half: it reads, explains and shows, in plain JavaScript without a build step.
Data passes from ``reader`` and ``explain``, which know no DOM, to a component for each thing seen.

A component is a folder of ``components`` with its HTML, its CSS and a module of its name. That
module exports ``mount(element, props)``, which makes the HTML in ``element`` work; ``props`` has
the network's layers and the version. Its parts are functions named for what they do:
``createX(element, …)`` returns what others can do with a part that stays, ``showX`` fills one once,
``bindX`` and ``followX`` only listen; a part whose methods share state is a class. Components hear
of one another through the table in ``state/events.js`` alone: ``follow(names, show)`` redraws a
part whenever one of these values changes, or the language.
"""
