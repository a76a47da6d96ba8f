/// The bands of a rule file: where the score's range is cut.
enum BandReader {
    static func read(_ field: ModelField) throws(LoadError) -> [RuleSet.Band] {
        var bands: [(band: RuleSet.Band, field: ModelField, isOpen: Bool)] = []
        var names: Set<String> = []
        for element in try field.elements(max: RuleLimits.bandsMax) {
            try element.checkKeys(["name", "from", "below", "decision", "reason"])
            let name = try element["name"].text(bytesMax: RuleLimits.nameBytesMax)
            guard names.insert(name).inserted else {
                throw element.fail("the band '\(name)' appears twice")
            }
            let below = try element.optional("below")?.double
            let band = RuleSet.Band(
                name: name, from: try element.optional("from")?.double ?? -.infinity,
                below: below ?? .infinity,
                decision: try element.optional("decision")?
                    .text(bytesMax: RuleLimits.nameBytesMax) ?? "",
                reason: try element.optional("reason").map(RuleSetReader.readReason))
            guard band.from < band.below else { throw element.fail("'from' is not under 'below'") }
            bands.append((band, element, below == nil))
        }
        bands.sort { $0.band.from < $1.band.from }
        for index in bands.indices.dropLast() {
            let next = bands[index + 1].band
            // Without an end, a band reaches to the next one.
            if bands[index].isOpen { bands[index].band.below = next.from }
            guard bands[index].band.below <= next.from, bands[index].band.from < next.from else {
                throw bands[index + 1].field.fail(
                    "the bands '\(bands[index].band.name)' and '\(next.name)' overlap")
            }
        }
        return bands.map(\.band)
    }
}
