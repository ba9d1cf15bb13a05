"""Removes each check of the protocol once and asks the tests whether they notice: `python -m tests.mutants`.

Not mutmut, cosmic-ray or Stryker: they change every operator and constant there is, want a fresh process for each
change and know one language. What is asked here is narrower and must be complete: every check, in both languages,
removed once, in minutes. So the operators are our own (`points` and `points.mjs`), a mutant of Python is grafted into a
fork of an interpreter that has collected every test, and one of JavaScript is judged by everything that the tests ask
of JavaScript.
"""
