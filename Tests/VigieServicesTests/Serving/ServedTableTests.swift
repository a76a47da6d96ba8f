import TestArtifacts
import Testing
import VigieEngine
import VigieProtos
import VigieRegistry

@testable import VigieServices

@Suite struct ServedTableTests {
    @Test func versions_that_stay_keep_their_workspaces_and_counters() {
        let first = loaded("a", 1, EchoArtifact())
        let old = ServedTable(table([first, loaded("b", 1, EchoArtifact())]))
        let new = ServedTable(table([first, loaded("a", 2, EchoArtifact())]), previous: old)
        #expect(new.find("a")?.version(1) === old.find("a")?.version(1))
        #expect(new.find("a")?.current?.model.version == 2)
        #expect(new.find("b") == nil)
    }

    @Test func a_version_that_was_loaded_anew_starts_anew() {
        let old = ServedTable(table([loaded("a", 1, EchoArtifact())]))
        let new = ServedTable(table([loaded("a", 1, EchoArtifact())]), previous: old)
        #expect(new.find("a")?.current !== old.find("a")?.current)
    }

    @Test func names_are_found_whatever_their_length() {
        let arena = Arena()
        let names = (0..<300).map { String(repeating: "n", count: $0 % 40) + "\($0)" }
        let table = NameTable(names.map { Text(copying: $0, in: arena) })
        for (index, name) in names.enumerated() {
            #expect(table.find(Text(copying: name, in: arena)) == index)
            #expect(table.find(Text(copying: name, in: arena), hint: index) == index)
            #expect(table.find(Text(copying: name + "x", in: arena), hint: index) == nil)
        }
        #expect(NameTable([]).find("a", hint: 5) == nil)
    }
}
