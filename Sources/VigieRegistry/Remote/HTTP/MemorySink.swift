/// Keeps a small download in memory.
package final class MemorySink: DownloadSink {
    package private(set) var bytes: [UInt8] = []
    private let bytesMax: Int

    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    package func take(_ more: RawSpan) throws(RemoteError) {
        guard bytes.count + more.byteCount <= bytesMax else {
            throw RemoteError(.refused(.size), "it has more than \(bytesMax) bytes")
        }
        more.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    package func restart() { bytes.removeAll() }
}
