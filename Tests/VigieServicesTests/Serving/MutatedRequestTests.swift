import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

@testable import VigieServices

/// Requests with bytes changed, cut out and doubled: whatever decodes is answered or refused, and
/// the next sound request is answered as if nothing had been.
@Suite struct MutatedRequestTests {
    /// xorshift64: the same run for the same seed.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private func mutate(_ bytes: [UInt8], _ random: inout Random) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: place)
            default: bytes.insert(bytes[place], at: place)
            }
        }
        return bytes
    }

    /// On the loop, and on the way to the workers.
    @Test(arguments: [1, 2, 3] as [UInt64], [ServingPolicy.Execution.inline, .pool])
    func inference_requests(seed: UInt64, execution: ServingPolicy.Execution) throws {
        let pool = try WorkerPool(WorkerOptions())
        defer { pool.stop() }
        let model = loaded("echo", 1, EchoArtifact()) { $0.serving.execution = execution }
        let node = ServingNode(
            table: ServedTable(table([model])), limits: ServiceLimits(), pool: pool
        ) { name, _ in RPCStatus(.notFound, name) }
        let arena = Arena()
        let sound = Inference.ModelInferRequest(in: arena)
        sound.setModelName("echo")
        for type in ElementType.allCases {
            let content: [UInt8] =
                type == .string
                ? [1, 0, 0, 0, 65, 0, 0, 0, 0] : Array(repeating: 1, count: 2 * type.byteCount)
            sound.addRaw("\(type.protocolName)", "\(type.protocolName)", [1, 2], content)
        }
        sound.addOutput("INT8_out").addParameters(key: "classification").int64Param = 1
        let bytes = sound.encodedBytes()
        var random = Random(state: seed)
        var (answered, refused) = (0, 0)
        let later = NoLater<Inference.ModelInferResponse>()
        for _ in 0..<20_000 {
            let arena = Arena(limit: 1 << 20)
            let mutated = mutate(bytes, &random)
            guard
                let request = try? Inference.ModelInferRequest(
                    decoding: mutated.span.bytes, in: arena)
            else { continue }
            let response = Inference.ModelInferResponse(in: arena)
            do throws(RPCStatus) {
                let routed = try node.route(request.modelName, request, nil)
                _ = try node.infer(request, routed, into: response, .now(), later)
                #expect(response.encodedByteCount > 0)
                answered += 1
            } catch  where error == NoLater<Inference.ModelInferResponse>.refusal {
                answered += 1
            } catch {
                #expect(error.code != .ok && error.message.utf8.count < 4000)
                refused += 1
            }
        }
        #expect(answered > 100 && refused > 100, "seed \(seed): \(answered), \(refused)")
        let request = try Inference.ModelInferRequest(decoding: bytes.span.bytes, in: arena)
        try node.infer(request, into: Inference.ModelInferResponse(in: arena))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func applications(seed: UInt64) throws {
        let features = [
            Feature(name: "age", kind: .integer, minimum: 18, maximum: 100),
            Feature(name: "purpose", kind: .category, missing: .allow, categories: ["car", "tv"]),
            Feature(name: "owner", kind: .boolean, missing: .allow),
        ]
        let node = node([
            loaded("credit-default", 1, LinearArtifact(features, weights: [1, 2, 3])) {
                $0.scorecard = ScorecardScale(points: 600, odds: 50, pdo: 20)
                $0.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.3)
            }
        ])
        let arena = Arena()
        let sound = VigieV1.ScoreApplicationRequest(in: arena)
        sound.addFeatures(key: "age").integer = 40
        sound.addFeatures(key: "purpose").setText("tv")
        sound.addFeatures(key: "owner").flag = true
        let bytes = sound.encodedBytes()
        var random = Random(state: seed)
        var (answered, refused) = (0, 0)
        for _ in 0..<20_000 {
            let arena = Arena(limit: 1 << 20)
            let mutated = mutate(bytes, &random)
            guard
                let request = try? VigieV1.ScoreApplicationRequest(
                    decoding: mutated.span.bytes, in: arena)
            else { continue }
            let response = VigieV1.ScoreApplicationResponse(in: arena)
            do throws(RPCStatus) {
                try node.score(request, into: response)
                #expect(response.probabilityOfDefault >= 0 && response.probabilityOfDefault <= 1)
                answered += 1
            } catch {
                #expect(error.message.utf8.count + error.details.count * 4 / 3 < 7500)
                refused += 1
            }
        }
        #expect(answered > 100 && refused > 100, "seed \(seed): \(answered), \(refused)")
        try node.score(sound, into: VigieV1.ScoreApplicationResponse(in: arena))
    }
}
