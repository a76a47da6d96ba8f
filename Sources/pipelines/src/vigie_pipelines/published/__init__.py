"""Published versions, read back and scored in Python: what a pod must agree with."""
