import VigieRPC

/// A slow request as one line for people: where the time went.
enum SlowLine {
    static func text(_ record: CallRecord) -> String {
        var line = "slow: \(AccessLine.text(record))"
        for part in record.parts(of: record.stations) {
            line += " \(part.name.rawValue)=\(part.nanoseconds / 1000)us"
        }
        if let left = record.deadlineLeft { line += " deadline_left=\(left / 1000)us" }
        return line
    }
}
