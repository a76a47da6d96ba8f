import Glibc
import VigieCrypto

/// A private key in a file of its own.
package struct SigningKey: Sendable {
    package let key: Ed25519.PrivateKey

    /// - Throws: `.folder` when there is no Ed25519 private key in the file, or others may read it.
    package init(file: String) throws(RegistryError) {
        let bytes: [UInt8]
        do throws(FileError) {
            var status = stat()
            if stat(file, &status) == 0, status.st_mode & 0o077 != 0 {
                throw FileError(
                    "use", file, detail: "others may read this key: chmod 600 it")
            }
            bytes = try PlainFile.read(file, bytesMax: 64 << 10)
        } catch { throw RegistryError(.folder, "\(error)") }
        do { key = try Ed25519.privateKey(inPEM: String(decoding: bytes, as: UTF8.self)) } catch {
            throw RegistryError(.folder, "cannot use \(file): \(error)")
        }
    }

    /// Makes a pair of keys: `<prefix>.pem`, which its owner alone may read, and `<prefix>.pub`.
    /// - Returns: the key's id.
    /// - Throws: `.folder` when a file is there already, or cannot be written.
    package static func generate(prefix: String) throws(RegistryError) -> String {
        guard let key = Ed25519.PrivateKey.generate(), let publicKey = key.publicKey else {
            throw RegistryError(.folder, "OpenSSL gives no random numbers")
        }
        do throws(FileError) {
            try create("\(prefix).pem", key.pem, mode: 0o600)
            try create("\(prefix).pub", publicKey.pem, mode: 0o644)
        } catch { throw RegistryError(.folder, "\(error)") }
        return publicKey.id
    }

    /// A key that is overwritten is gone: so only where there is none.
    private static func create(_ path: String, _ text: String, mode: mode_t) throws(FileError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw FileError("create", path) }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw FileError("write", path)
        }
    }
}
