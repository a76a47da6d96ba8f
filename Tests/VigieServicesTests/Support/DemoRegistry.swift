import Glibc
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

/// The demo registry that is committed, and what its models must answer.
enum DemoRegistry {
    /// The repository's root, from this file's place.
    private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") {
        "\($0)/\($1)"
    }

    static var folder: String { root + "/Sources/pipelines/demo-registry" }

    /// A node that serves it.
    static func node() throws -> ServingNode {
        let store = ModelStore(FolderSource(folder), options: StoreOptions())
        try store.start()
        defer { store.stop() }
        return ServingNode(table: ServedTable(store.table), limits: ServiceLimits()) { name, _ in
            RPCStatus(.notFound, name)
        }
    }

    /// One application and its answer.
    struct Row {
        let features: JSONObject
        let logOdds: Double
        let probability: Double
        let points: Int32
        let decision: String
        let baseValue: Double
        let contributions: [String: Double]
        let reasons: [String]

        /// Writes the application's features into `request`.
        func fill(_ request: VigieV1.ScoreApplicationRequest) {
            for (name, value) in features.members {
                let entry = request.addFeatures(key: name)
                switch value {
                case .number(let number): entry.number = number
                case .string(let text): entry.setText(text)
                case .bool(let flag): entry.flag = flag
                default: break
                }
            }
        }
    }

    struct Malformed: Error {}

    static func fixture(_ name: String, _ version: Int) throws -> [Row] {
        let path = "\(root)/Tests/Fixtures/credit/\(name)-\(version).json"
        let document = try JSONParser.parse(try read(path))
        guard case .object(let top) = document, case .array(let rows)? = top["rows"] else {
            throw Malformed()
        }
        return try rows.map { row in
            guard case .object(let row) = row,
                case .object(let features)? = row["features"],
                case .number(let logOdds)? = row["logOdds"],
                case .number(let probability)? = row["probability"],
                case .number(let points)? = row["points"],
                case .string(let decision)? = row["decision"],
                case .number(let baseValue)? = row["baseValue"],
                case .object(let contributions)? = row["contributions"],
                case .array(let reasons)? = row["reasons"]
            else { throw Malformed() }
            var byName: [String: Double] = [:]
            for case (let name, .number(let value)) in contributions.members {
                byName[name] = value
            }
            return Row(
                features: features, logOdds: logOdds, probability: probability,
                points: Int32(points), decision: decision, baseValue: baseValue,
                contributions: byName,
                reasons: reasons.compactMap {
                    if case .string(let code) = $0 { code } else { nil }
                })
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Malformed() }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
