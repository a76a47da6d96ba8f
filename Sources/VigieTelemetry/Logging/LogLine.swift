package enum LogLine {
    /// `text` as one line: messages quote what callers sent, who must not be able to write lines of
    /// their own into the log, nor to steer the terminal that shows it, nor to turn what follows around.
    package static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        // Most text is ASCII, for which Unicode's tables need not be asked.
        if scalar.value < 0x80 { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Marks and overrides of direction (UAX #9), with which a text can look like another.
        case .format: scalar.properties.isBidiControl
        default: false
        }
    }
}
