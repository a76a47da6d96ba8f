"""Other people's gRPC servers with the same methods: how each is set up and started."""
