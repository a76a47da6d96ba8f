// VigieRegistry
