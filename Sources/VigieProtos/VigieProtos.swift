// VigieProtos
