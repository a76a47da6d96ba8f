"""Models and rows for the comparison, made from a seed and kept under .build/loadtest/compare."""
