"""Grades and feedback, in the files that platforms take back."""
