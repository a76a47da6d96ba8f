extension String {
    /// The lines of a file, also of Windows and old spreadsheets; empty ones too, so that they can be
    /// counted. Other characters that break lines (U+2028, U+0085) may stand inside JSON's strings.
    package var fileLines: [Substring] {
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }
}
