/// The .proto files of this build.
public enum ProtoFiles {
    /// All files; each stands after those that it imports.
    public static let all: [ProtoFile] = generatedProtoFiles()

    /// The file that others import as `name`.
    public static func file(named name: String) -> ProtoFile? {
        all.first { $0.name == name }
    }

    /// The file that defines `symbol`, a full name without a leading dot.
    public static func file(defining symbol: String) -> ProtoFile? {
        all.first { $0.symbols.contains(symbol) }
    }

    /// `file` and all that it imports, directly or not; each stands after those that it imports.
    public static func withDependencies(of file: ProtoFile) -> [ProtoFile] {
        var wanted: Set<String> = [file.name]
        for candidate in all.reversed() where wanted.contains(candidate.name) {
            wanted.formUnion(candidate.dependencies)
        }
        return all.filter { wanted.contains($0.name) }
    }
}
