import ArgumentParser
import VigieEngine
import VigieRegistry

struct ModelsAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a model file the next version of a model.",
        discussion: """
            The file is loaded as a pod would load it; then it and a manifest are put in place at \
            once, and pods that watch the registry serve it. The features are those that the file \
            names; edit the manifest of a copy to give them ranges, units and reasons, or take those \
            of the version before with --inherit.
            """)

    @OptionGroup var options: ModelsOptions
    @OptionGroup var signing: SigningOptions
    @Argument(help: "The model's name, new or known.") var model: String
    @Argument(help: "The model file: .onnx, .ubj or .json.") var file: String
    @Option(
        help: "\(Flavor.allCases.map(\.rawValue).joined(separator: ", ")) (default: by the file).")
    var flavor: Flavor?
    @Option(help: "What it is, in a sentence.") var description = ""
    @Option(help: "Who made it.") var author = ""
    @Option(help: "What it decides on, for example credit.") var namespace = ""
    @Option(help: "A label; may be given several times.") var label: [String] = []
    @Flag(help: "Take over signature, reasons, decision and scorecard of the newest version.")
    var inherit = false
    @Option(help: .init("Approve below this probability of default.", valueName: "p"))
    var approveBelow: Double?
    @Option(help: .init("Decline from this probability of default on.", valueName: "p"))
    var declineFrom: Double?
    @Option(help: .init("Scorecard points at the odds of --odds.", valueName: "points"))
    var points: Double?
    @Option(help: .init("Good to bad odds at --points.", valueName: "odds")) var odds = 50.0
    @Option(help: .init("Points that double the odds.", valueName: "points")) var pdo = 20.0

    @Option(help: "A feature whose values are personal data; may be given several times.")
    var pii: [String] = []
    @Option(help: "What the decision log keeps of features: values, hash, none.")
    var decisionLogFeatures: DecisionLogPolicy.Features?
    @Option(
        help: "How surely decisions are recorded: required, best-effort, off (default: the pod's).")
    var decisionLogMode: DecisionLogPolicy.Mode?

    func run() throws {
        var request = ModelsAdd.Request(file: file, name: model, created: Readable.now())
        request.flavor = flavor
        request.description = description
        request.author = author
        request.namespace = namespace
        request.labels = label
        request.inherits = inherit
        request.decision = try decision()
        request.scorecard = try scorecard()
        request.personal = pii
        if decisionLogFeatures != nil || decisionLogMode != nil {
            request.decisionLog = DecisionLogPolicy(
                features: decisionLogFeatures ?? .hash, mode: decisionLogMode)
        }
        let added = try ModelsAdd(
            try options.loader(), request, writer: try options.address.writer,
            key: try signing.key())
        StandardStream.output.write(added.text)
    }

    private func decision() throws -> DecisionThresholds? {
        switch (approveBelow, declineFrom) {
        case (nil, nil): return nil
        case (let approve?, let decline?):
            guard let decision = DecisionThresholds(approveBelow: approve, declineFrom: decline)
            else {
                throw ValidationError(
                    "--approve-below and --decline-from must be 0 to 1, and in this order.")
            }
            return decision
        default: throw ValidationError("Give both --approve-below and --decline-from.")
        }
    }

    private func scorecard() throws -> ScorecardScale? {
        guard let points else { return nil }
        guard let scale = ScorecardScale(points: points, odds: odds, pdo: pdo) else {
            throw ValidationError("--odds and --pdo must be above 0.")
        }
        return scale
    }
}

extension Flavor: ExpressibleByArgument {}
extension DecisionLogPolicy.Features: ExpressibleByArgument {}
extension DecisionLogPolicy.Mode: ExpressibleByArgument {}
