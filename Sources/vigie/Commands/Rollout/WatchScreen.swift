import Glibc
import VigieController

/// Shows frames one after the other: in the same place of a terminal, or as lines.
struct WatchScreen {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var height = 0
    private var line = ""

    mutating func show(_ frame: WatchFrame) {
        guard isTerminal else {
            let next = frame.line
            if next != line { StandardStream.output.write(next + "\n") }
            line = next
            return
        }
        let lines = Self.fitting(frame.text, Self.size)
        // ECMA-48: cursor up, erase to the end of the screen.
        let back = height > 0 ? "\u{1B}[\(height)A" : ""
        StandardStream.output.write(
            "\(back)\r\u{1B}[J" + lines.map { $0 + "\n" }.joined())
        height = lines.count
    }

    /// As much of a text as a terminal shows without wrapping or scrolling, either of which would put
    /// the next frame in the wrong place. What a name or a message says must not steer the terminal.
    static func fitting(_ text: String, _ size: (columns: Int, rows: Int)) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .prefix(max(size.rows - 1, 1))
            .map { line in
                let plain = line.map { $0.isControl ? "?" : $0 }
                return plain.count < size.columns
                    ? String(plain) : String(plain.prefix(max(size.columns - 2, 0))) + "…"
            }
    }

    /// That of the terminal now: its window may have changed.
    private static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
