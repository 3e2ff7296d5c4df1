"""Everything that runs the system on one machine: set-up, databases, processes, tests.

Started as ``.venv/bin/python -m common.runtime COMMAND``; the Makefile is the usual way in. Nothing here
imports Django, so the commands answer at once.
"""
