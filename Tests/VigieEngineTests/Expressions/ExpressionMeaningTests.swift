import Testing

@testable import VigieEngine

/// What the reference evaluator does not know: times, and a few things worth saying.
@Suite struct ExpressionMeaningTests {
    private func value(_ text: String, _ row: [String: ReferenceValue] = [:]) throws
        -> ReferenceValue
    {
        try ExpressionSample(text).run(row)
    }

    @Test(arguments: [
        // 2026-03-29T23:30:15.250Z, a Sunday.
        ("year(now)", 2026), ("month(now)", 3), ("day(now)", 29), ("hour(now)", 23),
        ("minute(now)", 30), ("weekday(now)", 7), ("hour(now, '+02:00')", 1),
        ("weekday(now, '+02:00')", 1), ("day(now, '+01:00')", 30), ("hour(now, '-05:30')", 18),
        ("(now - timestamp('2026-03-29')) / 1h", 23.504_236_111_111_11),
        ("(now - 1d - timestamp('2026-03-28T23:30:15.25Z')) / 1ms", 0),
        ("year(now - 100000d)", 1752), ("hour(timestamp('2026-03-30T01:30:00+02:00'))", 23),
    ])
    func times_have_parts(text: String, expected: Double) throws {
        let now = 1_774_827_015_250.0
        guard case .number(let value) = try value(text, ["now": .number(now)]) else {
            Issue.record("\(text) is missing")
            return
        }
        #expect(abs(value - expected) < 1e-9, "\(text)")
    }

    @Test func the_calendar_agrees_with_itself_for_a_thousand_years() {
        var weekday = 4  // 1970-01-01 was a Thursday.
        for day in 0..<365_250 {
            let time = Double(day) * 86_400_000
            let (year, month, date) = Timestamp.date(days: day)
            #expect(Timestamp.days(year: year, month: month, day: date) == day)
            #expect(Timestamp.part(.weekday, of: time, offset: 0) == Double(weekday))
            weekday = weekday % 7 + 1
        }
        for day in stride(from: -800_000, to: 0, by: 7) {
            let (year, month, date) = Timestamp.date(days: day)
            #expect(Timestamp.days(year: year, month: month, day: date) == day)
        }
        #expect(Timestamp.part(.year, of: .infinity, offset: 0).isNaN)
        #expect(Timestamp.part(.hour, of: 1e300, offset: 0).isNaN)
    }

    @Test(
        arguments: [
            ("x / y", ["x": 1.0, "y": 0], nil), ("sqrt(x)", ["x": -1], nil),
            ("log(x)", ["x": 0], nil),
            ("logit(x)", ["x": 1], nil), ("logistic(x)", ["x": 0], 0.5),
            ("round(x)", ["x": -2.5], -3),
            ("x % y", ["x": -7, "y": 3], -1), ("pow(x, 0)", [:], nil),
            ("mean(1, 2, x)", ["x": 6], 3),
            ("x is missing ? 1 : 0", [:], 1), ("max(x, 1)", [:], nil), ("log10(x)", ["x": 1000], 3),
            ("if x > 1 then 1 else 0", [:], nil), ("x", ["x": Double.infinity], Double.infinity),
            ("coalesce(x, y, 9)", ["y": 4], 4), ("-x - -x", ["x": 5], 0),
            ("1 + 2 * 3 - 4 / 2", [:], 5), ("2 - 3 - 4", [:], -5), ("x ? 1 : 2", [:], nil),
        ] as [(String, [String: Double], Double?)])
    func operators_and_functions(text: String, row: [String: Double], expected: Double?) throws {
        guard text != "x ? 1 : 2" else {
            #expect(throws: ExpressionError.self) { try value(text) }
            return
        }
        let answer = try value(text, row.mapValues { .number($0) })
        #expect(answer == expected.map { .number($0) } ?? .missing, "\(text)")
    }

    @Test func a_text_equals_another_by_its_bytes() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed, "Swift takes them for equal")
        let row: [String: ReferenceValue] = ["country": .text(composed), "name": .text(decomposed)]
        #expect(try value("country == name", row) == .boolean(false))
        #expect(try value("country in ['\(decomposed)']", row) == .boolean(false))
        #expect(try value("country in ['\(decomposed)', '\(composed)']", row) == .boolean(true))
        #expect(try value("length(country) + length(name)", row) == .number(3))
    }

    @Test func a_side_that_does_not_matter_is_not_computed() throws {
        // The text function on the right would exceed a row's texts if it were run.
        let long = String(repeating: "x", count: 60_000)
        let sample = try ExpressionSample("x > 1 and contains(name, lower(upper(lower(name))))")
        #expect(sample.run(["x": .number(0), "name": .text(long)]) == .boolean(false))
    }
}
