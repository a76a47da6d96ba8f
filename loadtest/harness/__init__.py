"""The parts of the benchmark: servers, load, measurements, and the words they are printed in."""
