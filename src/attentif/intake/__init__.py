"""What students hand in, taken in: a hostile folder becomes a plain private copy, or a verdict that says why not."""
