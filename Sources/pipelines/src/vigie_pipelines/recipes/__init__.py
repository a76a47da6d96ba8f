"""Which models there are, and the way from data to a published version."""
