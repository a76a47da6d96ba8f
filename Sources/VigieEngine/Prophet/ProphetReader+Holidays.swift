/// Prophet's `construct_holiday_dataframe` and `make_holiday_features`: a column for each holiday and
/// each offset of its window, in the order of their names.
extension ProphetReader {
    private struct Occurrence {
        var name: String
        /// Nil: of a holiday that is known from training, but has no date now.
        var day: Int?
        var window: ClosedRange<Int>
    }

    /// Reads the holidays; the component of each of their columns.
    mutating func readHolidays() throws(LoadError) -> [String] {
        let occurrences = try occurrences()
        var days: [String: (name: String, days: [Int])] = [:]
        var unrolled = 0
        for occurrence in occurrences {
            unrolled += occurrence.window.count
            guard unrolled <= ProphetLimits.holidayDaysMax else {
                throw LoadError(
                    .limit, "holidays: more than \(ProphetLimits.holidayDaysMax) days")
            }
            for offset in occurrence.window {
                let column = "\(occurrence.name)_delim_\(offset >= 0 ? "+" : "-")\(abs(offset))"
                days[column, default: (occurrence.name, [])].days +=
                    occurrence.day.map {
                        [$0 + offset]
                    } ?? []
            }
        }
        guard days.count <= ProphetLimits.featuresMax else {
            throw LoadError(.limit, "holidays: more columns than \(ProphetLimits.featuresMax)")
        }
        // Python sorts by code point, which is the order of UTF-8's bytes.
        let columns = days.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let first = model.seasonalColumns
        for (index, column) in columns.enumerated() {
            // Prophet sets a column to 1 on a day, however often the day is listed.
            for day in Set(days[column]?.days ?? []) {
                model.holidays.append(.init(day: day, column: first + index))
            }
        }
        model.holidays.sort { ($0.day, $0.column) < ($1.day, $1.column) }
        model.holidayColumns = columns.count
        return columns.map { Self.group(days[$0]?.name ?? $0) }
    }

    private mutating func occurrences() throws(LoadError) -> [Occurrence] {
        var occurrences: [Occurrence] = []
        if let field = try root.optional("holidays") {
            for row in try Self.table(field).elements { occurrences.append(try occurrence(row)) }
        }
        if let country = try root.optional("country_holidays") {
            occurrences += try countryHolidays(country)
        }
        guard let field = try root.optional("train_holiday_names") else { return occurrences }
        let trained = try Self.text(field)["data"].strings
        let known = Set(trained)
        occurrences.removeAll { !known.contains($0.name) }
        let dated = Set(occurrences.map(\.name))
        var added: Set<String> = []
        for name in trained where !dated.contains(name) && added.insert(name).inserted {
            occurrences.append(Occurrence(name: name, day: nil, window: 0...0))
        }
        return occurrences
    }

    private func occurrence(_ row: ModelField) throws(LoadError) -> Occurrence {
        var day: Int?
        if let date = try row.optional("ds") {
            day = CivilDay.parse(try date.string)
            guard day != nil else { throw date.fail("'\(try date.string)' is no date") }
        }
        let name = try row["holiday"].string
        // Where one of the two is missing, Prophet takes neither.
        guard let lower = try row.optional("lower_window"),
            let upper = try row.optional("upper_window")
        else {
            return Occurrence(
                name: name, day: day, window: try Self.lone(row))
        }
        let (low, high) = (try lower.integer, try upper.integer)
        return Occurrence(name: name, day: day, window: try Self.window(low, high, row))
    }

    private static func window(_ low: Int, _ high: Int, _ row: ModelField) throws(LoadError)
        -> ClosedRange<Int>
    {
        let possible = -ProphetLimits.windowMax...ProphetLimits.windowMax
        guard possible.contains(low), possible.contains(high), low <= high else {
            throw row.fail("the window \(low) … \(high) is none, or too long", .limit)
        }
        return low...high
    }

    /// A row with one of the windows: pandas' tables have both columns, or one for all rows.
    private static func lone(_ row: ModelField) throws(LoadError) -> ClosedRange<Int> {
        guard let object = row.value.object else { throw row.fail("expected an object") }
        let lower = object["lower_window"]
        let upper = object["upper_window"]
        // A missing value in a column that is there.
        if lower == .null || upper == .null { return 0...0 }
        return try window(lower?.integer ?? 0, upper?.integer ?? 0, row)
    }

    private mutating func countryHolidays(_ country: ModelField) throws(LoadError) -> [Occurrence] {
        guard let field = try root.optional("vigie_country_holidays") else {
            throw country.fail(
                "the model has the holidays of '\(try country.string)', whose dates Prophet does not "
                    + "write into its file; write it with vigie-pipelines, which adds them as "
                    + "'vigie_country_holidays'", .unsupported)
        }
        func day(_ field: ModelField) throws(LoadError) -> Int {
            guard let day = CivilDay.parse(try field.string) else {
                throw field.fail("'\(try field.string)' is no date")
            }
            return day
        }
        let (from, to) = (try day(field["from"]), try day(field["to"]))
        guard from <= to else { throw field.fail("'from' is after 'to'") }
        model.holidaysCovered = from...to
        var occurrences: [Occurrence] = []
        for row in try field["days"].elements {
            let parts = try row.elements
            guard parts.count == 2 else { throw row.fail("expected a date and a name") }
            occurrences.append(
                Occurrence(name: try parts[1].string, day: try day(parts[0]), window: 0...0))
        }
        return occurrences
    }
}
