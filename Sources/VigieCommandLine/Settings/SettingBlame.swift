import ArgumentParser

/// Whose fault an error is: the flag in its text may be one that nobody typed.
package enum SettingBlame {
    /// What `parse` makes of all settings together. An error names the place of the setting without which
    /// there is another error, or none.
    /// - Parameter message: an error's text.
    package static func parse<Command>(
        _ found: [FoundSetting], message: (any Error) -> String,
        _ parse: ([FoundSetting]) throws -> Command
    ) throws -> Command {
        do { return try parse(found) } catch {
            let text = message(error)
            for (index, suspect) in found.enumerated() {
                var others = found
                others.remove(at: index)
                do {
                    _ = try parse(others)
                } catch let other where message(other) == text {
                    continue
                } catch {}
                throw ValidationError("\(suspect.place): \(text)")
            }
            throw error
        }
    }
}
