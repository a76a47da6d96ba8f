"""One module a question that the benchmark answers."""
