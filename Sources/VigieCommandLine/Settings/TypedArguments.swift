/// What was typed behind a program's name.
package struct TypedArguments: Sendable {
    package let all: [String]

    package init(_ all: [String]) { self.all = all }

    package var asksForHelp: Bool {
        !Set(all).isDisjoint(with: ["--help", "-h", "-help", "--version"])
    }

    /// Whether a setting's flag is there, in any of its forms.
    package func has(_ name: String) -> Bool {
        all.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") || $0 == "--no-\(name)" }
    }

    /// The value of a setting's flag; of the last one, which is the one that counts.
    package func value(_ name: String) -> String? {
        for (index, argument) in all.enumerated().reversed() {
            if argument.hasPrefix("--\(name)=") {
                return String(argument.dropFirst("--\(name)=".count))
            }
            if argument == "--\(name)", index + 1 < all.count { return all[index + 1] }
        }
        return nil
    }
}
