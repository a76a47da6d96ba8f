"""Trainable models, one module a flavor."""
