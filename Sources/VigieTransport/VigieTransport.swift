// VigieTransport
