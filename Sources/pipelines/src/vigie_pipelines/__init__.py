"""Trains, calibrates and publishes the models that a Vigie pod serves."""

__version__ = "0.1.0"
