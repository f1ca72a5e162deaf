"""Grading: nbgrader preprocessors that run a notebook in a kernel and hand its check cells to pytest."""
