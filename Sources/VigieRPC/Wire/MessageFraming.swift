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
