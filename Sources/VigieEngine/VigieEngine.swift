// VigieEngine
