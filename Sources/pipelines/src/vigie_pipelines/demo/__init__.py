"""The demonstration: a real pod, real applications, and a model version published under load."""
