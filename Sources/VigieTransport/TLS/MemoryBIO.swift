import COpenSSL

/// OpenSSL's side of the wire as plain memory: it reads where ``TLSSession`` points it, and writes to
/// the loop's ``CipherBuffer``. Unlike OpenSSL's own memory BIOs it keeps no block a connection.
enum MemoryBIO {
    /// The method table, made once and never freed.
    private nonisolated(unsafe) static let method: OpaquePointer = {
        // Fails only when memory has run out.
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "vigie")!
        BIO_meth_set_read(method) { bio, room, count in
            let session = session(of: bio)
            let taken = session.takeInput(
                UnsafeMutableRawBufferPointer(start: room, count: Int(count)))
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            if taken > 0 { return Int32(taken) }
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            let session = session(of: bio)
            session.output.queue.append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        // Flushing is the only request that OpenSSL insists on.
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    /// A BIO for `session`, which frees it with its SSL and so outlives it.
    static func make(for session: TLSSession) -> OpaquePointer? {
        guard let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func session(of bio: OpaquePointer?) -> TLSSession {
        // Set in `make`, before OpenSSL sees the BIO.
        Unmanaged<TLSSession>.fromOpaque(BIO_get_data(bio)!).takeUnretainedValue()
    }
}

/// Encrypted bytes on their way to a socket: one for all connections of a loop, emptied after each use.
final class CipherBuffer {
    var queue = ByteQueue(keeping: 1024 * 1024)
}
