import TestRandom
import Testing

@testable import VigieEngine

/// Damaged files: each gives an error, or a model that runs.
@Suite struct ONNXMutationTests {
    private static func mutate(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 4: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            default:
                let other = Int.random(in: 0..<bytes.count, using: &random)
                bytes.swapAt(place, other)
            }
        }
        return bytes
    }

    @Test func damaged_files_never_crash() throws {
        let cases = (FixturePack.exports + FixturePack.models + FixturePack.operators)
            .filter { $0.model.count < 4_096 }
        var random = SplitMix(seed: 20_261_125)
        let (loaded, ran) = Self.fuzz(cases, rounds: 20_000) { Self.mutate($0, &random) }
        // Most damage hits names and weights, which leaves models that run.
        #expect(loaded > 500 && ran > 300, "\(loaded) loaded, \(ran) ran")
    }

    @Test func damaged_networks_never_crash() throws {
        let cases = (FixturePack.keras + FixturePack.networks).filter { $0.model.count < 6_000 }
        var random = SplitMix(seed: 20_261_126)
        let (loaded, ran) = Self.fuzz(cases, rounds: 8_000) { Self.mutate($0, &random) }
        #expect(loaded > 500 && ran > 300, "\(loaded) loaded, \(ran) ran")
    }

    /// Sound protobuf that says what no exporter says: other attributes, shapes, types and wires.
    @Test func graphs_of_another_meaning_never_crash() throws {
        let cases =
            (FixturePack.operators + FixturePack.networks + FixturePack.exports + FixturePack.keras)
            .filter { $0.model.count < 6_000 }
        var mutator = WireMutator(seed: Mutator.seed)
        let rounds = cases.count * max(Mutator.rounds / 50, 1)
        let (loaded, ran) = Self.fuzz(cases, rounds: rounds) { mutator.mutate($0) }
        #expect(
            loaded > rounds / 20 && ran > rounds / 40,
            "seed \(Mutator.seed): \(loaded) of \(rounds) loaded, \(ran) ran")
    }

    /// Damages the cases in turn, loads what still loads, and runs, scores and explains it.
    private static func fuzz(
        _ cases: [ONNXCase], rounds: Int, _ mutate: ([UInt8]) -> [UInt8]
    ) -> (loaded: Int, ran: Int) {
        var loaded = 0
        var ran = 0
        for round in 0..<rounds {
            let fixture = cases[round % cases.count]
            let bytes = mutate(fixture.model)
            guard
                let artifact = try? ArtifactSource(
                    flavor: .onnx, fileName: "round \(round)", bytes: bytes
                ).load()
            else { continue }
            loaded += 1
            let workspace = artifact.makeWorkspace()
            for (index, spec) in artifact.inputs.enumerated() {
                let known = fixture.inputs.first { $0.name == spec.name && $0.type == spec.type }
                if let known {
                    known.fill(workspace.inputs[index])
                } else {
                    workspace.inputs[index].fillWithZeros(
                        TensorShape(spec.shape.map { $0 < 0 ? 2 : min($0, 9) }))
                }
            }
            if (try? artifact.run(workspace)) != nil { ran += 1 }
            for index in workspace.row.indices { workspace.row[index] = Double(index % 3) }
            _ = try? artifact.score(workspace)
            _ = try? artifact.explain(workspace)
        }
        return (loaded, ran)
    }
}
