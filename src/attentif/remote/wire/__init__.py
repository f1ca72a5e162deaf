"""What travels: the codec, its errors, a call as data."""
