"""What a class sent, however the platform packed it, laid in ``submitted/`` as nbgrader wants it."""
