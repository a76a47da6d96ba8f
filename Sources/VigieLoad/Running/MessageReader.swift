import VigieRPC
import VigieTransport

/// Cuts messages out of a body: without copying when a message comes in one piece, as small ones do.
struct MessageReader: ~Copyable {
    private var deframer = MessageDeframer(limit: Self.bytesMax)
    /// Bytes of all messages and prefixes of the call.
    private(set) var bytes = 0
    private(set) var isBroken = false

    /// Larger messages end their call.
    private static let bytesMax = 64 << 20

    mutating func reset() {
        deframer.removeAll()
        bytes = 0
        isBroken = false
    }

    /// Calls `body` with each message that is now whole.
    mutating func read(_ piece: RawSpan, _ body: (RawSpan) -> Void) {
        bytes += piece.byteCount
        if deframer.bufferedBytes == 0, Self.isWhole(piece) {
            return body(piece.extracting(MessageDeframer.prefixBytes..<piece.byteCount))
        }
        deframer.append(piece)
        while !isBroken {
            do throws(MessageDeframer.Failure) {
                guard let next = try deframer.next() else { return }
                // Nothing compressed was asked for.
                if next.isCompressed { isBroken = true }
                deframer.withMessage(next.count) { body($0) }
                deframer.consume(next.count)
            } catch { isBroken = true }
        }
    }

    /// Whether the piece is exactly one message that is not compressed.
    @inline(__always)
    private static func isWhole(_ piece: RawSpan) -> Bool {
        guard piece.byteCount >= MessageDeframer.prefixBytes,
            piece.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 0
        else { return false }
        let count = UInt32(bigEndian: piece.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self))
        return Int(count) == piece.byteCount - MessageDeframer.prefixBytes
    }
}
