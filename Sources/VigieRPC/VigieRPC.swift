// VigieRPC
