"""From a wrong answer to a name for the mistake."""
