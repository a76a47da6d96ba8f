"""Anomalies without labels: isolation forest, autoencoder, and the more alarmed of the two."""
