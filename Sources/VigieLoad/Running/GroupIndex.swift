/// Finds the recorder's group of an answer without making a key for each.
struct GroupIndex {
    private let targets: [MixEntry]
    private var arms: [[UInt8]] = [[]]
    /// Group plus one by target, version, arm and reader; 0 for one that has not come yet.
    private var known: [Int32]

    /// Further arms count as the last.
    private static let armsMax = 8
    private static let perTarget = AnswerJudge.versionsMax * armsMax * 2

    init(targets: [MixEntry]) {
        self.targets = targets
        known = [Int32](repeating: 0, count: targets.count * Self.perTarget)
    }

    mutating func index(
        _ target: Int, _ version: Int, _ arm: [UInt8], isSlow: Bool, versions: [String],
        _ recorder: inout Recorder
    ) -> Int {
        let armIndex = arm.isEmpty ? 0 : self.arm(arm)
        let place =
            target * Self.perTarget + (version * Self.armsMax + armIndex) * 2 + (isSlow ? 1 : 0)
        if known[place] > 0 { return Int(known[place] - 1) }
        let entry = targets[target]
        let group = recorder.group(
            GroupKey(
                method: entry.method.name, model: entry.model, version: versions[version],
                arm: String(decoding: arms[armIndex], as: UTF8.self), isSlow: isSlow))
        known[place] = Int32(group + 1)
        return group
    }

    private mutating func arm(_ name: [UInt8]) -> Int {
        if let index = arms.firstIndex(of: name) { return index }
        guard arms.count < Self.armsMax else { return arms.count - 1 }
        arms.append(name)
        return arms.count - 1
    }

    /// The group of requests that were never sent.
    func unsent(_ recorder: inout Recorder) -> Int {
        recorder.group(GroupKey(method: "(not sent)", model: "", version: "", arm: ""))
    }
}
