import Foundation

/// What went wrong, in a sentence for people.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// CPU time of this thread in ns: other programs on the machine do not count.
func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// A file's bytes.
func content(of path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw BenchError("\(path) cannot be read")
    }
    return [UInt8](data)
}
