// VigieCrypto
