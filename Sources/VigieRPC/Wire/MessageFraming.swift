import VigieProtos
import VigieTransport

/// Writes the five bytes in front of a message.
package enum MessageFraming {
    @inline(__always)
    package static func writePrefix(
        _ room: UnsafeMutableRawBufferPointer, flag: UInt8, count: Int
    ) {
        room[0] = flag
        room.storeBytes(
            of: UInt32(truncatingIfNeeded: count).bigEndian, toByteOffset: 1, as: UInt32.self)
    }
}

extension MessageFraming {
    /// Appends `message` with its prefix, compressed unless `encoding` is identity.
    static func append<M: Message>(
        _ message: M, _ encoding: MessageEncoding, to queue: inout ByteQueue
    ) {
        if encoding != .identity {
            let packed = Zlib.compress(message.encodedBytes().span.bytes, encoding)
            queue.append(atMost: MessageDeframer.prefixBytes + packed.count) { room in
                writePrefix(room, flag: 1, count: packed.count)
                UnsafeMutableRawBufferPointer(rebasing: room[MessageDeframer.prefixBytes...])
                    .copyBytes(from: packed)
                return room.count
            }
            return
        }
        let count = message.encodedByteCount
        queue.append(atMost: MessageDeframer.prefixBytes + count) { room in
            writePrefix(room, flag: 0, count: count)
            let body = UnsafeMutableRawBufferPointer(rebasing: room[MessageDeframer.prefixBytes...])
            return MessageDeframer.prefixBytes + message.encode(into: body)
        }
    }
}
