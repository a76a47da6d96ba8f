import VigieCrypto
import VigieEngine
import VigieRegistry

/// Where a file log ended at some moment: kept beside it, so that a log that has been cut at its end
/// is known by it. With a key it is signed by HMAC-SHA-256 (RFC 2104), so that only who has the key
/// can make one.
struct Checkpoint: Equatable {
    static let fileName = "checkpoint.json"

    let end: ChainEnd
    let signature: String

    init(_ end: ChainEnd, key: [UInt8]) {
        self.end = end
        signature = key.isEmpty ? "" : Self.sign(end, key)
    }

    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let seq = json["seq"]?.integer, seq >= 0,
            let hash = json["hash"]?.string, hash.utf8.count == 64
        else { return nil }
        end = ChainEnd(sequence: UInt64(seq), hash: hash)
        signature = json["hmac"]?.string ?? ""
    }

    /// - Returns: the checkpoint of the log in `folder`; nil when there is none.
    /// - Throws: when it cannot be read, or is none.
    static func read(_ folder: String) throws(DecisionError) -> Checkpoint? {
        do throws(FileError) {
            let bytes = try OpenFolder(folder).read(fileName, bytesMax: 4096)
            if let checkpoint = Checkpoint(bytes) { return checkpoint }
        } catch {
            guard error.isMissing else { throw DecisionError("\(error)") }
            return nil
        }
        throw DecisionError("\(folder)/\(fileName) is no checkpoint")
    }

    var bytes: [UInt8] {
        Array(
            "{\"seq\":\(end.sequence),\"hash\":\"\(end.hash)\",\"hmac\":\"\(signature)\"}\n".utf8)
    }

    /// Whether whoever had the key has made it.
    func isSigned(by key: [UInt8]) -> Bool {
        ConstantTime.equal(Array(signature.utf8), Array(Self.sign(end, key).utf8))
    }

    private static func sign(_ end: ChainEnd, _ key: [UInt8]) -> String {
        var block = key.count > 64 ? SHA256.digest(of: key).bytes : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let text = Array("vigie-decisions \(end.sequence) \(end.hash)".utf8)
        let inner = SHA256.digest(of: block.map { $0 ^ 0x36 } + text).bytes
        return SHA256.digest(of: block.map { $0 ^ 0x5C } + inner).hex
    }
}
