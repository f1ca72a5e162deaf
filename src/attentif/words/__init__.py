"""Text in two languages."""
