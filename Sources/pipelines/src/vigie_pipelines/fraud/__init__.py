"""Card fraud: the Fraud Detection Handbook's simulator, its features, its protocol, our models."""
