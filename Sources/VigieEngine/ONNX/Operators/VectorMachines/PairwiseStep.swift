/// One machine for each pair of classes, which share their vectors (LIBSVM's layout).
struct PairwiseMachine {
    let vectors: SupportVectors
    /// How many of the vectors are of each class, in the classes' order.
    let perClass: [Int]
    /// By opponent, then by vector: [classes - 1, vectors].
    let coefficients: FlatArray<Float>
    /// By pair.
    let rho: [Float]
    /// What makes probabilities of the pairs' scores; nil gives the scores.
    let coupling: PairwiseCoupling?

    var pairCount: Int { rho.count }
    var scoreCount: Int { coupling == nil ? pairCount : perClass.count }
}

/// The votes [N, classes] of all pairs, and their scores [N, pairs] or probabilities [N, classes].
final class PairwiseStep: Step {
    let machine: PairwiseMachine
    let input: Int
    let scratch: Int
    let votes: Int
    let output: Int

    init(
        _ place: String, _ machine: PairwiseMachine, _ input: Int, _ scratch: Int, _ votes: Int,
        _ output: Int
    ) {
        self.machine = machine
        self.input = input
        self.scratch = scratch
        self.votes = votes
        self.output = output
        super.init(place)
    }

    override var memoryBytes: Int {
        machine.vectors.vectors.byteCount + machine.coefficients.byteCount
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let rows = try rows(source, for: machine.vectors)
        let classes = machine.perClass.count
        let shape = TensorShape(CollectionOfOne(rows))
        let out = try values.shape(output, shape.appending(machine.scoreCount), self)
        let votes = try values.shape(votes, shape.appending(classes), self)
        let couplingCount = machine.coupling?.scratchCount ?? 0
        let memory = try values.shape(
            scratch,
            TensorShape(
                CollectionOfOne(machine.vectors.count + machine.pairCount + couplingCount)), self)
        try values.chargeProduct(rows, machine.vectors.vectors.count * max(classes - 1, 1), self)
        out.withElements(of: Double.self) { out in
            votes.withElements(of: Double.self) { votes in
                memory.withElements(of: Double.self) { memory in
                    guard let kernels = memory.baseAddress, let out = out.baseAddress,
                        let votes = votes.baseAddress
                    else { return }
                    let scores = kernels + machine.vectors.count
                    for row in 0..<rows {
                        machine.vectors.compare(source, row, kernels)
                        score(kernels, scores, votes + row * classes)
                        let target = out + row * machine.scoreCount
                        if let coupling = machine.coupling {
                            coupling.couple(scores, target, scores + machine.pairCount)
                        } else {
                            target.update(from: scores, count: machine.pairCount)
                        }
                    }
                }
            }
        }
    }

    private func score(
        _ kernels: UnsafeMutablePointer<Double>, _ scores: UnsafeMutablePointer<Double>,
        _ votes: UnsafeMutablePointer<Double>
    ) {
        let classes = machine.perClass.count
        let total = machine.vectors.count
        for index in 0..<classes { votes[index] = 0 }
        var (pair, first) = (0, 0)
        for i in 0..<classes {
            var second = first + machine.perClass[i]
            for j in (i + 1)..<max(classes, i + 1) {
                var sum = 0.0
                for index in first..<(first + machine.perClass[i]) {
                    sum +=
                        Double(machine.coefficients.base[total * (j - 1) + index])
                        * kernels[index]
                }
                for index in second..<(second + machine.perClass[j]) {
                    sum += Double(machine.coefficients.base[total * i + index]) * kernels[index]
                }
                sum += Double(machine.rho[pair])
                scores[pair] = sum
                votes[sum > 0 ? i : j] += 1
                second += machine.perClass[j]
                pair += 1
            }
            first += machine.perClass[i]
        }
    }
}
