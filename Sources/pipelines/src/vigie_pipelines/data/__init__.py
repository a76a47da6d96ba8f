"""Data sets and the features in them."""
