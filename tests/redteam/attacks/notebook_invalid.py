"""The file is JSON, but no notebook."""

CATEGORY = "Tamper with the document"
POINTS = 0
EXPECT = "structure"
SOLUTION = """
def center(X):
    return X * 0
"""


def plant(folder):
    (folder / "mini.ipynb").write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"a": []}]}')
