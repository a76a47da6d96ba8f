/// A ``Watchlist`` ready to be asked for exact names and identifiers.
///
/// Tensor view: inputs `name` and `identifier`, BYTES [-1] of one length, each of which may be left
/// out; an empty text asks nothing. Outputs of that length: `matches`, BYTES, a JSON array of the ids
/// of all entries that have that name or that identifier, in the list's order, and `count`, INT64.
///
/// Two names are equal when their normal forms are (``NameFolding``); two identifiers, when they are
/// without the spaces in them, too, whatever their kind.
public final class WatchlistArtifact: Artifact, @unchecked Sendable {
    /// What was read.
    public let list: Watchlist
    private let names: WatchlistIndex
    private let identifiers: WatchlistIndex
    /// JSON of each entry's id.
    private let ids: [[UInt8]]

    /// - Throws: `corrupt`, `unsupported` or `limit`, with the place in the file; `signature` when
    ///   there is a signature, since a list has no features.
    public init(_ source: ArtifactSource) throws(LoadError) {
        do throws(LoadError) {
            guard source.signature == nil else {
                throw LoadError(.signature, "a watchlist has no features: leave the signature out")
            }
            list = try Watchlist(source.bytes)
            var named: [(key: [UInt8], entry: Int)] = []
            var identified: [(key: [UInt8], entry: Int)] = []
            for (place, entry) in list.entries.enumerated() {
                for name in entry.names {
                    let key = Self.key(name.text)
                    if !key.isEmpty { named.append((key, place)) }
                }
                for identifier in entry.identifiers {
                    var key = Self.key(identifier.value)
                    key.removeAll { $0 == 0x20 }
                    if !key.isEmpty { identified.append((key, place)) }
                }
            }
            names = try WatchlistIndex(named)
            identifiers = try WatchlistIndex(identified)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        ids = list.entries.map { Array(JSONWriter.string($0.id).utf8) }
        super.init(
            flavor: .watchlist,
            inputs: [
                TensorSpec(name: "name", type: .string, shape: [-1], isOptional: true),
                TensorSpec(name: "identifier", type: .string, shape: [-1], isOptional: true),
            ],
            outputs: [
                TensorSpec(name: "matches", type: .string, shape: [-1]),
                TensorSpec(name: "count", type: .int64, shape: [-1]),
            ], signature: Signature(features: []),
            memoryBytes: names.memoryBytes + identifiers.memoryBytes
                + list.entries.reduce(0) { $0 + 256 + 96 * $1.names.count })
    }

    private static func key(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        NameFolding.shared.fold(text.utf8Span.span, into: &bytes)
        return bytes
    }

    override public var warnings: [String] {
        let nameless = list.entries.filter { entry in
            entry.names.allSatisfy { Self.key($0.text).isEmpty }
        }
        return nameless.prefix(20).map { "entry '\($0.id)': no name has a letter or a digit" }
    }

    override public func makeWorkspace() -> Workspace { WatchlistWorkspace(self) }

    override public func fillExample(_ workspace: Workspace) -> Bool {
        let name = workspace.inputs[0]
        name.reshape(TensorShape([1]))
        name.appendString(list.entries.first?.names.first?.text ?? "nobody")
        workspace.inputs[1].setAbsent()
        return true
    }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        guard let workspace = workspace as? WatchlistWorkspace else {
            preconditionFailure("the workspace was made by another artifact")
        }
        let rowCount = try rowCount(workspace)
        for output in workspace.outputs { output.reshape(TensorShape([rowCount])) }
        for row in 0..<rowCount {
            workspace.found.removeAll(keepingCapacity: true)
            try look(for: 0, in: names, row, workspace)
            try look(for: 1, in: identifiers, row, workspace)
            write(row, workspace)
        }
    }

    private func rowCount(_ workspace: Workspace) throws(InferenceError) -> Int {
        var count: Int?
        for (spec, tensor) in zip(inputs, workspace.inputs) where !tensor.isAbsent {
            let shape = tensor.shape
            guard shape.rank == 1 else {
                throw InferenceError(
                    .input, "input '\(spec.name)' has shape \(shape), expected [-1]")
            }
            guard count == nil || count == shape[0] else {
                throw InferenceError(
                    .input, "inputs 'name' and 'identifier' differ in length")
            }
            count = shape[0]
        }
        guard let count else {
            throw InferenceError(.input, "give 'name', 'identifier', or both")
        }
        return count
    }

    private func look(
        for input: Int, in index: WatchlistIndex, _ row: Int, _ workspace: WatchlistWorkspace
    ) throws(InferenceError) {
        let tensor = workspace.inputs[input]
        guard !tensor.isAbsent else { return }
        workspace.key.removeAll(keepingCapacity: true)
        try tensor.withString(at: row) { text throws(InferenceError) in
            guard text.byteCount <= WatchlistLimits.textBytesMax else {
                throw InferenceError(
                    .input,
                    "input '\(inputs[input].name)', row \(row): a text has at most "
                        + "\(WatchlistLimits.textBytesMax) bytes")
            }
            text.withUnsafeBytes {
                NameFolding.shared.fold(
                    $0.bindMemory(to: UInt8.self).span, into: &workspace.key)
            }
        }
        if input == 1 { workspace.key.removeAll { $0 == 0x20 } }
        index.forEach(workspace.key) { workspace.found.append($0) }
    }

    private func write(_ row: Int, _ workspace: WatchlistWorkspace) {
        workspace.found.sort()
        workspace.text.removeAll(keepingCapacity: true)
        workspace.text.append(UInt8(ascii: "["))
        var last = -1
        var count = 0
        for entry in workspace.found where entry != last {
            if count > 0 { workspace.text.append(UInt8(ascii: ",")) }
            workspace.text.append(contentsOf: ids[entry])
            last = entry
            count += 1
        }
        workspace.text.append(UInt8(ascii: "]"))
        workspace.outputs[0].appendString(workspace.text)
        workspace.outputs[1].withElements(of: Int64.self) { $0[row] = Int64(count) }
    }
}

/// One thread's memory for a ``WatchlistArtifact``.
final class WatchlistWorkspace: Workspace {
    /// A normal form in the making.
    var key: [UInt8] = []
    /// Places of entries.
    var found: [Int] = []
    /// A JSON text in the making.
    var text: [UInt8] = []
}
