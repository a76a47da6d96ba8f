"""The engine beside the libraries that a bank would pick instead; see README.md."""
