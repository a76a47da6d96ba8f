import VigieTransport

/// A call's header fields as they came, in one flat block that is used again by the next call, so
/// that metadata which no handler reads costs a copy and nothing else.
struct HeaderStore: ~Copyable {
    /// Field by field: two bytes with the name's length, four with the value's, name, value.
    private var block = ByteQueue()
    /// Whether a `-bin` key is among them.
    private(set) var hasBinary = false

    private static let prefixBytes = 6

    var isEmpty: Bool { block.isEmpty }

    mutating func removeAll() {
        block.removeAll()
        hasBinary = false
    }

    mutating func append(name: RawSpan, value: RawSpan) {
        let size = Self.prefixBytes + name.byteCount + value.byteCount
        block.append(atMost: size) { room in
            room.storeBytes(of: UInt16(truncatingIfNeeded: name.byteCount), as: UInt16.self)
            room.storeBytes(
                of: UInt32(truncatingIfNeeded: value.byteCount), toByteOffset: 2, as: UInt32.self)
            let start = Self.prefixBytes
            name.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyMemory(from: $0)
            }
            value.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: room[(start + name.byteCount)...])
                    .copyMemory(from: $0)
            }
            return size
        }
        if name.byteCount > 4, name.extracting(last: 4).equals("-bin") { hasBinary = true }
    }

    /// Calls `body` with each field until it answers false.
    func forEach(_ body: (_ name: RawSpan, _ value: RawSpan) -> Bool) {
        let bytes = block.bytes
        var position = 0
        while position < bytes.byteCount {
            let nameCount = Int(
                bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt16.self))
            let valueCount = Int(
                bytes.unsafeLoadUnaligned(fromByteOffset: position + 2, as: UInt32.self))
            let name = position + Self.prefixBytes
            let value = name + nameCount
            position = value + valueCount
            guard body(bytes.extracting(name..<value), bytes.extracting(value..<position)) else {
                return
            }
        }
    }

    /// The first value of `name` as it is on the wire.
    func first(_ wanted: StaticString) -> String? {
        var found: String?
        forEach { name, value in
            if name.equals(wanted) { found = value.string }
            return found == nil
        }
        return found
    }

    /// All values of `name` as they are on the wire, in order.
    func all(_ wanted: StaticString) -> [String] {
        var found: [String] = []
        forEach { name, value in
            if name.equals(wanted) { found.append(value.string) }
            return true
        }
        return found
    }

    /// All fields as metadata, or nil when a `-bin` value is not base 64. Values of a `-bin` key
    /// that are joined by commas are separate values (grpc/grpc doc/PROTOCOL-HTTP2.md).
    func metadata() -> Metadata? {
        var metadata = Metadata()
        var isValid = true
        forEach { name, value in
            let key = name.string
            guard key.hasSuffix("-bin") else {
                metadata.add(key, bytes: value.withUnsafeBytes { Array($0) })
                return true
            }
            value.withUnsafeBytes { value in
                for part in value.split(
                    separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                {
                    guard let decoded = Base64.decode(part) else {
                        isValid = false
                        return
                    }
                    metadata.add(key, bytes: decoded)
                }
            }
            return isValid
        }
        return isValid ? metadata : nil
    }
}
