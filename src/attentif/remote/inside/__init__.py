"""Beside the student's code: the agent, its service, the probes."""
