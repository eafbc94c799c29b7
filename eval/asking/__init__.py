"""Putting questions to Pincite, and keeping what it answers.

Whatever decides what a response is stands in this package: kept responses are told apart by its
code, among other things (`fingerprint.py`).
"""
