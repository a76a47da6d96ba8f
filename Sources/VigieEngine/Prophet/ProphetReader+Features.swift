extension ProphetReader {
    /// Reads seasonalities; the names of their columns, as Prophet gives them.
    mutating func readSeasonalities() throws(LoadError) -> [String] {
        var components: [String] = []
        var columns = 0
        for (name, field) in try ordered("seasonalities") {
            let order = try field["fourier_order"]
            guard (1...ProphetLimits.fourierOrderMax).contains(try order.integer) else {
                throw order.fail("expected 1 … \(ProphetLimits.fourierOrderMax)", .limit)
            }
            let period = try field["period"]
            guard (1e-6...1e9).contains(try period.double) else {
                throw period.fail("\(try period.double) days are no period")
            }
            var season = ProphetModel.Seasonality(
                period: try period.double, order: try order.integer)
            if let condition = try field.optional("condition_name") {
                let name = try condition.string
                season.condition =
                    model.conditions.firstIndex(of: name) ?? model.conditions.count
                if season.condition == model.conditions.count { model.conditions.append(name) }
            }
            columns += 2 * season.order
            guard columns <= ProphetLimits.featuresMax else {
                throw order.fail("more columns than \(ProphetLimits.featuresMax)", .limit)
            }
            model.seasonalities.append(season)
            components += Array(repeating: Self.group(name), count: 2 * season.order)
        }
        return components
    }

    /// Reads holidays, regressors, weights and components, and checks that all fit each other.
    /// - Parameter names: of the component that each seasonal column is in.
    mutating func readFeatures(named names: [String]) throws(LoadError) {
        var names = names
        names += try readHolidays()
        for (name, field) in try ordered("extra_regressors") {
            let deviation = try field["std"]
            guard abs(try deviation.double) >= 1e-100 else { throw deviation.fail("is 0") }
            model.regressors.append(
                ProphetModel.Regressor(
                    name: name, mean: try Self.bounded(field["mu"]),
                    deviation: try Self.bounded(deviation)))
            names.append(Self.group(name))
        }
        let beta = try root["params"]["beta"]
        // Without any feature Prophet fits one of zeros.
        if names.isEmpty {
            _ = try Self.row(beta, count: 1)
        } else {
            model.weights = try Self.row(beta, count: names.count)
        }
        try readComponents(names)
    }

    /// `train_component_cols`: for each column, which components it is in. It must be what Prophet
    /// makes of the names; Prophet checks the same.
    private mutating func readComponents(_ names: [String]) throws(LoadError) {
        let table = try Self.text(root["train_component_cols"])
        let fields = try table["schema"]["fields"].elements
        guard fields.count <= ProphetLimits.componentsMax else {
            throw table.fail("more than \(ProphetLimits.componentsMax) components", .limit)
        }
        var positions: [String: Int] = [:]
        let additive = Set(try root["component_modes"]["additive"].strings)
        for field in fields {
            let name = try field["name"].string
            // Of old versions of pandas: the table's index.
            if name == "index" || name == "col" { continue }
            guard positions.updateValue(model.components.count, forKey: name) == nil else {
                throw table.fail("component '\(name)' is there twice")
            }
            model.components.append(
                ProphetModel.Component(name: name, isAdditive: additive.contains(name)))
        }
        guard let additiveTerms = positions["additive_terms"],
            let multiplicativeTerms = positions["multiplicative_terms"]
        else { throw table.fail("lacks 'additive_terms' or 'multiplicative_terms'") }
        model.additiveTerms = additiveTerms
        model.multiplicativeTerms = multiplicativeTerms
        // What the terms mean does not depend on the file.
        guard additive.contains("additive_terms"), !additive.contains("multiplicative_terms") else {
            throw try root["component_modes"].fail("additive_terms must be the additive ones")
        }
        let rows = try table["data"].elements
        guard rows.count == max(names.count, 1) else {
            throw table.fail("has \(rows.count) columns of the regression, not \(names.count)")
        }
        for (column, name) in names.enumerated() { try readMembers(rows[column], name, positions) }
    }

    private mutating func readMembers(
        _ row: ModelField, _ name: String, _ positions: [String: Int]
    ) throws(LoadError) {
        guard let object = row.value.object else { throw row.fail("expected an object") }
        var own = false
        for member in object.members where member.value.double == 1 {
            guard let position = positions[member.key] else { continue }
            model.members.append(position)
            if member.key == name { own = true }
        }
        guard own else { throw row.fail("the column is not part of '\(name)', whose order it has") }
        guard model.members.count <= ProphetLimits.membershipsMax else {
            throw row.fail("more memberships than \(ProphetLimits.membershipsMax)", .limit)
        }
        model.memberStarts.append(model.members.count)
    }

    /// An ordered dictionary: [keys, {key: value}].
    private func ordered(_ key: String) throws(LoadError) -> [(String, ModelField)] {
        let field = try root[key]
        let parts = try field.elements
        guard parts.count == 2 else { throw field.fail("expected keys and an object") }
        let names = try parts[0].strings
        guard names.count <= ProphetLimits.namesMax else {
            throw field.fail("more than \(ProphetLimits.namesMax)", .limit)
        }
        guard Set(names).count == names.count else { throw field.fail("a name is there twice") }
        var members: [(String, ModelField)] = []
        for name in names { members.append((name, try parts[1][name])) }
        return members
    }

    /// The component that a column's name stands for.
    static func group(_ name: String) -> String {
        guard let delimiter = name.range(of: "_delim_") else { return name }
        return String(name[..<delimiter.lowerBound])
    }
}

extension String {
    /// The first place of `text`; nil if there is none.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
