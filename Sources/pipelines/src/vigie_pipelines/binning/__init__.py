"""Bins and weights of evidence."""
