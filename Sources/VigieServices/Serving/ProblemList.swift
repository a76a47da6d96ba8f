/// Everything that is wrong with a request, so that its sender mends it in one go.
struct ProblemList: CustomStringConvertible {
    /// Bytes of all problems that are told: they go into a header, and gRPC's C core begins to
    /// refuse responses at 8 KiB of headers.
    static let bytesMax = 3000

    private var problems: [String] = []
    private var bytes = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func add(_ problem: @autoclosure () -> String) {
        count += 1
        guard bytes < Self.bytesMax else { return }
        let problem = problem()
        bytes += problem.utf8.count
        if bytes < Self.bytesMax { problems.append(problem) }
    }

    /// "input 'a' is missing; there is no input 'b'; and 3 more problems".
    var description: String {
        problems.joined(separator: "; ")
            + (count > problems.count ? "; and \(count - problems.count) more problems" : "")
    }
}
