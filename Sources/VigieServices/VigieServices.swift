// VigieServices
