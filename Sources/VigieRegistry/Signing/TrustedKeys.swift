import VigieCrypto

/// Reading the keys of those who may sign.
package enum TrustedKeys {
    /// Bytes of a file of keys.
    static let bytesMax = 1 << 20

    /// The public keys in a PEM file, or in all `.pem` and `.pub` files of a folder.
    /// - Throws: `.folder` with what is wrong, and where.
    package static func read(_ path: String) throws(RegistryError) -> [Ed25519.PublicKey] {
        do throws(FileError) {
            guard try FileStamp(path: path).isFolder else { return try keys(inFile: path) }
            var keys: [Ed25519.PublicKey] = []
            for name in try FolderListing.names(in: path).sorted()
            where (name.hasSuffix(".pem") || name.hasSuffix(".pub")) && !name.hasPrefix(".") {
                for key in try self.keys(inFile: "\(path)/\(name)") where !keys.contains(key) {
                    keys.append(key)
                }
            }
            guard !keys.isEmpty else {
                throw FileError("use", path, detail: "there is no .pem or .pub file in it")
            }
            return keys
        } catch { throw RegistryError(.folder, "\(error)") }
    }

    private static func keys(inFile path: String) throws(FileError) -> [Ed25519.PublicKey] {
        let bytes = try PlainFile.read(path, bytesMax: bytesMax)
        do { return try Ed25519.publicKeys(inPEM: String(decoding: bytes, as: UTF8.self)) } catch {
            throw FileError("use", path, detail: error.description)
        }
    }
}
