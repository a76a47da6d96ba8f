/// Labels: to which versions they have moved.
extension StoreCore {
    /// Moves each label to the version that the registry names, once that is ready; until then it
    /// stays where it is, and the reason is told.
    /// - Returns: whether one has moved.
    func moveLabels(of name: String, _ model: inout ModelState) -> Bool {
        let before = model.labels
        model.labelProblems = []
        model.labels = before.filter { label, version in
            model.wantedLabels[label] != nil && model.versions[version]?.model != nil
        }
        for (label, version) in model.wantedLabels.sorted(by: { $0.key < $1.key }) {
            if model.versions[version]?.model != nil {
                model.labels[label] = version
            } else if !model.isHidden {
                let reason = model.versions[version]?.reason ?? "it is not in the registry"
                let stays = model.labels[label].map { ", and stays at version \($0)" } ?? ""
                model.labelProblems.append(
                    "label '\(label)' waits for version \(version)\(stays): "
                        + (reason.isEmpty ? "it is not loaded" : reason))
            }
        }
        for (label, version) in model.labels.sorted(by: { $0.key < $1.key })
        where before[label] != version {
            events.append(.labelMoved(name: name, label: label, version: version))
        }
        return before != model.labels
    }
}

extension ModelState {
    /// Whether a label names it, or still means it.
    func isLabelled(_ version: Int) -> Bool {
        wantedLabels.values.contains(version) || labels.values.contains(version)
    }
}
