import Glibc
import VigieRegistry

/// The segments of a file log.
struct FileSegments {
    /// Ascending.
    let numbers: [Int]

    init(_ folder: String) throws(DecisionError) {
        guard let directory = opendir(folder) else {
            throw DecisionError("cannot open \(folder): \(String(cString: strerror(errno)))")
        }
        defer { closedir(directory) }
        var numbers: [Int] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = SegmentName.number(name) { numbers.append(number) }
        }
        self.numbers = numbers.sorted()
    }
}

/// A file's lines, read a piece at a time.
struct LineReader: ~Copyable {
    /// More than a record of the largest request takes.
    private static let lineBytesMax = 1 << 30
    private let file: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(_ path: String) throws(DecisionError) {
        self.path = path
        // Of what is no file nothing is waited for.
        file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw DecisionError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw DecisionError("cannot read \(path): it is no file")
        }
    }

    deinit { close(file) }

    /// The next line without its end; the last one may have none.
    /// - Returns: nil at the end.
    mutating func next() throws(DecisionError) -> (line: ArraySlice<UInt8>, isWhole: Bool)? {
        var searched = start
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = newline + 1 }
                return (buffer[start..<newline], true)
            }
            searched = buffer.count
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? (buffer[start...], false) : nil
            }
            searched -= start
            buffer.removeSubrange(..<start)
            start = 0
            try fill()
        }
    }

    private mutating func fill() throws(DecisionError) {
        guard buffer.count < Self.lineBytesMax else {
            throw DecisionError("\(path): a line of more than \(Self.lineBytesMax) bytes")
        }
        let piece = 1 << 18
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: piece))
        let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress! + old, piece) }
        buffer.removeLast(piece - max(0, count))
        if count < 0, errno != EINTR {
            throw DecisionError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        if count == 0 { isAtEnd = true }
    }
}

/// How a segment ends.
struct SegmentTail {
    /// Nil for an empty segment.
    var last: StoredRecord?
    var goodBytes = 0
    /// Bytes behind the last whole line.
    var tornBytes = 0

    /// - Throws: when the last whole line is no record: somebody has changed the file.
    init(_ path: String) throws(DecisionError) {
        var reader = try LineReader(path)
        var line: [UInt8]?
        while let (next, isWhole) = try reader.next() {
            if isWhole {
                line = Array(next)
                goodBytes += next.count + 1
            } else {
                tornBytes = next.count
            }
        }
        guard let line else { return }
        last = Line.parse(line[...], place: path)
        guard let last, let end = last.recomputed, end.hash == last.hash else {
            throw DecisionError(
                "\(path): the last line is no sound record; 'vigie decisions verify' says more, "
                    + "and the log goes on when the folder has been moved away")
        }
    }
}
