import Testing

@testable import VigieEngine

@Suite struct ExpressionErrorTests {
    private func problem(_ text: String) -> ExpressionError? {
        do {
            _ = try ExpressionSample(text)
            return nil
        } catch { return error as? ExpressionError }
    }

    @Test func an_error_shows_the_place() {
        let error = problem("x > 1 and\n  contry == 'FR' # whose?\n")
        #expect(
            error?.description == """
                line 2, column 3: there is no input and no "let" called 'contry'; did you mean 'country'?
                      contry == 'FR' # whose?
                      ^^^^^^
                """)
    }

    @Test(arguments: [
        ("x >", 4, "expected a value, not the end"),
        ("x > 1 y", 7, "expected an operator or the end, not 'y'"),
        ("1 < x < 3", 7, "comparisons do not chain: use 'between', or 'and'"),
        ("x = 1", 3, "'=' is written '=='"),
        ("flag && flag", 6, "'&&' is written 'and'"),
        ("x and flag", 1, "'and' takes a boolean, not a number"),
        ("country > 3", 1, "'>' compares a text with an integer: both must be of one type"),
        ("flag < flag", 1, "'<' takes values with an order, not booleans"),
        ("x / 0", 5, "division by zero"),
        ("x / (1 - 1)", 6, "division by zero"),
        ("x % 0.0", 5, "division by zero"),
        ("maxx(x, y)", 1, "there is no function 'maxx'; did you mean 'max'?"),
        ("max", 1, "'max' is a function: it needs '(…)' after it"),
        ("risky", 1, "'risky' is a list, which stands after 'in' only"),
        ("country in riskyy", 12, "there is no list called 'riskyy'; did you mean 'risky'?"),
        ("x in risky", 1, "a list of texts is searched for a number"),
        ("country in [1]", 1, "a list of numbers is searched for a text"),
        ("x in [1, 'a']", 1, "a list holds texts or numbers, not both"),
        ("x in [3..1]", 7, "the range's lower end is above its upper end"),
        ("x in []", 7, "expected a text or a number in a list, not ']'"),
        ("pow(x)", 1, "'pow' takes 2 arguments, not 1"),
        ("max(x)", 1, "'max' takes 2 or more arguments, not 1"),
        (
            "max(x, now)", 8,
            "the arguments of 'max' must be of one type: a number and then a timestamp"
        ),
        (
            "now + 3", 1,
            "'+' does not go with a timestamp and an integer: durations are written 30s, 15m, 2h, 7d"
        ),
        ("3parsecs", 2, "'parsecs' is no unit of time: ms, s, m, h, d, w"),
        ("hour(now, '2')", 11, "'hour' takes a literal offset from UTC: '+02:00', 'Z'"),
        (
            "timestamp('2026-02-30')", 11,
            "'timestamp' takes a literal of RFC 3339: '2026-01-31T08:00:00Z'"
        ),
        ("'open", 1, "a text without end: expected another '"),
        ("`open", 1, "a name without end: expected another `"),
        ("9007199254740993", 1, "a whole number has at most 2^53; write '.0' after it"),
        ("1e", 2, "a number's exponent has digits, as 1e6"),
        ("1_000_", 6, "'_' stands between two digits of a number"),
        (".5", 1, "a number has digits on both sides of its point, as 0.5"),
        ("x ≥ 1", 3, "'≥' is written '>='"),
        ("x – 1", 3, "'–' is written '-'"),
        ("country == “FR”", 12, "a text stands between ' or \", not “"),
        ("x\u{A0}> 1", 2, "U+00A0, which nobody sees, is no part of the language"),
        ("\u{FEFF}x > 1", 1, "U+FEFF, which nobody sees, is no part of the language"),
        ("x ^ 2", 3, "a power is written 'pow(x, y)'"),
        ("x > 1;", 6, "';' is no part of the language"),
        (
            "flag AND flag", 6,
            "expected an operator or the end, not 'AND'; words of the language are written in small letters: 'and'"
        ),
        (
            "True", 1,
            "there is no input and no \"let\" called 'True'; words of the language are written in small letters: 'true'"
        ),
        (
            "country == null", 12,
            "there is no input and no \"let\" called 'null'; a missing value is asked for with 'is missing'"
        ),
        ("round(x, 2)", 1, "'round' takes 1 argument, not 2"),
        (#"'\q'"#, 2, "after a backslash comes the quotation mark, a backslash, n or t"),
        ("(x", 3, "expected ')' to close '(', not the end"),
        ("x is 3", 6, "expected 'missing' after 'is', not '3'"),
        ("x not 3", 7, "expected 'in' or 'between' after 'not', not '3'"),
        ("if flag then 1", 15, "expected 'else' after the value of 'then', not the end"),
        (
            "if flag then 1 else 'a'", 21,
            "the two values of a condition must be of one type: an integer and then a text"
        ),
        ("99999999999999999999", 1, "a whole number has at most 2^53; write '.0' after it"),
        ("1e999", 1, "a number too great"),
        ("é", 1, "'é' is no part of the language; names with other letters stand in `…`"),
        ("missing", 1, "'missing' is asked for with 'is missing'"),
        (
            "and", 1,
            "expected a value, not 'and', which is a word of the language; an input of that name is written `and`"
        ),
    ])
    func each_mistake_has_its_words(text: String, column: Int, message: String) {
        let error = problem(text)
        #expect(error?.problem == message)
        #expect(error?.column == column)
    }

    @Test func depth_and_size_are_bounded() {
        let deep = String(repeating: "(", count: 100_000) + "x"
        #expect(problem(String(deep.prefix(60_000)))?.isLimit == true)
        #expect(problem(deep)?.problem == "an expression has at most 65536 bytes")
        #expect(problem(String(repeating: "not ", count: 10_000) + "flag")?.isLimit == true)
        #expect(problem(String(repeating: "- ", count: 10_000) + "x")?.isLimit == true)
        let chain = "x" + String(repeating: " + x", count: 10_000)
        #expect(problem(chain)?.isLimit == true)
        let wide = "max(" + String(repeating: "x, ", count: 21_000) + "x)"
        #expect(problem(wide)?.isLimit == true)
        #expect(
            problem(String(repeating: "(", count: 150) + "x" + String(repeating: ")", count: 150))
                == nil)
        #expect(problem("x in [" + String(repeating: "1, ", count: 15_000) + "1]") == nil)
    }
}
