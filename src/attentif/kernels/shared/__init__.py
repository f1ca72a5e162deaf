"""What both sides of the sandbox's wall know."""
