import CZlib

/// Compression of single messages: each is a stream of its own, as gRPC demands.
package enum Zlib {
    package enum Failure: Error, Equatable {
        /// Not in the format, or cut short.
        case corrupt
        /// The message would grow over the limit: a zip bomb, or too large.
        case tooLarge
    }

    /// zlib's windowBits: 15 for RFC 1950 (gRPC's "deflate"), 16 more for gzip (RFC 1952).
    private static func windowBits(_ encoding: MessageEncoding) -> Int32 {
        encoding == .gzip ? 15 + 16 : 15
    }

    package static func compress(_ bytes: RawSpan, _ encoding: MessageEncoding) -> [UInt8] {
        var stream = z_stream()
        // Level 6 and memLevel 8 are zlib's defaults.
        guard
            deflateInit2_(
                &stream, 6, Z_DEFLATED, windowBits(encoding), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return [] }
        defer { deflateEnd(&stream) }
        return bytes.withUnsafeBytes { input in
            let bound = Int(deflateBound(&stream, UInt(input.count)))
            return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                count = output.count - Int(stream.avail_out)
            }
        }
    }

    /// - Parameter limit: the largest result in bytes.
    package static func decompress(
        _ bytes: RawSpan, _ encoding: MessageEncoding, limit: Int
    ) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard
            inflateInit2_(
                &stream, windowBits(encoding), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
                == Z_OK
        else { throw .corrupt }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(max(bytes.byteCount * 4, 1024), 256 * 1024))
        let code = bytes.withUnsafeBytes { input -> Result<Void, Failure> in
            stream.next_in = UnsafeMutablePointer(
                mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(input.count)
            while true {
                let size = chunk.count
                let (status, produced) = chunk.withUnsafeMutableBufferPointer { room in
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(size)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, size - Int(stream.avail_out))
                }
                if output.count + produced > limit { return .failure(.tooLarge) }
                output.append(contentsOf: chunk[..<produced])
                if status == Z_STREAM_END {
                    return stream.avail_in == 0 ? .success(()) : .failure(.corrupt)
                }
                if status != Z_OK || (produced == 0 && stream.avail_in == 0) {
                    return .failure(.corrupt)
                }
            }
        }
        try code.get()
        return output
    }
}
