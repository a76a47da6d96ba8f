import ArgumentParser
import Testing
import VigieCommandLine

struct SettingTests {
    private static let settings = [
        Setting("max-connections"), Setting("access-log", .toggle), Setting("hook", .list),
    ]

    private func read(_ text: String) throws -> [FoundSetting] {
        try SettingsFile.read(
            text, path: "a.yaml", settings: Self.settings, ignored: ["description"],
            example: "max-connections: 5", help: "program --help")
    }

    private func failure(_ text: String) -> String? {
        do { _ = try read(text) } catch {
            return (error as? ValidationError)?.message ?? "\(error)"
        }
        return nil
    }

    @Test func a_file_is_turned_into_flags_with_their_lines() throws {
        let found = try read(
            """
            description: for people
            max-connections: 5
            access-log: no
            hook: [a, b]
            """)
        #expect(
            found.map(\.flags) == [
                ["--max-connections=5"], ["--no-access-log"], ["--hook=a", "--hook=b"],
            ])
        #expect(found.map(\.place) == ["a.yaml:2", "a.yaml:3", "a.yaml:4"])
        #expect(try read("").isEmpty)
    }

    @Test func what_is_wrong_in_a_file_is_told_with_its_line() {
        #expect(
            failure("max_connections: 5")
                == "a.yaml:1: unknown setting 'max_connections' (did you mean 'max-connections'?); 'program --help' lists them"
        )
        #expect(
            failure("access-log: perhaps")
                == "a.yaml:1: 'access-log' is true or false, not 'perhaps'")
        #expect(
            failure("max-connections: [1, 2]")
                == "a.yaml:1: 'max-connections' must be a single value")
        #expect(
            failure("hook: [{a: 1}]") == "a.yaml:1: 'hook' must be a single value or a list of them"
        )
        #expect(
            failure("- 5")
                == "a.yaml: expected settings as 'name: value' lines, for example 'max-connections: 5'"
        )
        #expect(failure("a: [")?.hasPrefix("a.yaml: not valid YAML: ") == true)
    }

    @Test func typed_flags_are_found_in_all_their_forms() {
        let typed = TypedArguments(["serve", "--a", "1", "--b=2", "--no-c", "--a", "3", "--d"])
        #expect(typed.value("a") == "3" && typed.value("b") == "2")
        #expect(TypedArguments(["--a=1", "--a", "2"]).value("a") == "2")
        #expect(TypedArguments(["--a", "1", "--a=2"]).value("a") == "2")
        #expect(typed.has("c") && typed.has("d") && !typed.has("e"))
        #expect(typed.value("d") == nil && !typed.asksForHelp)
        #expect(TypedArguments(["serve", "-h"]).asksForHelp)
    }

    @Test func an_error_is_blamed_on_the_setting_without_which_it_is_gone() throws {
        struct Failure: Error {}
        let found = try read("max-connections: 5\naccess-log: yes\nhook: a")
        let error = #expect(throws: ValidationError.self) {
            try SettingBlame.parse(found, message: { "\($0)" }) { settings in
                if settings.contains(where: { $0.name == "access-log" }) { throw Failure() }
            }
        }
        #expect(error?.message == "a.yaml:2: Failure()")
        // One that none of them has caused is left as it is.
        #expect(throws: Failure.self) {
            try SettingBlame.parse(found, message: { "\($0)" }) { _ in throw Failure() }
        }
    }
}
