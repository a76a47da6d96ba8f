"""Cash in ATMs: a simulator, forecasters, their accuracy, and what they cost as an order policy."""
