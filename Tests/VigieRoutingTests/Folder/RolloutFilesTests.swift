import Foundation
import Testing

@testable import VigieRouting

@Suite struct RolloutFilesTests {
    private static let text = """
        apiVersion: vigie.dev/v1alpha1
        kind: ModelRollout
        metadata: {name: fraud}
        spec:
          model: fraud
          stable: {version: 1}
        """

    /// Runs `body` with a folder of its own.
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test(arguments: ["", "# nothing yet", "---\n"])
    func a_file_that_was_emptied_says_what_it_said_before(emptied: String) throws {
        try inFolder { folder in
            let file = folder.appending(path: "fraud.yaml")
            var files = RolloutFiles(folder.path)
            try Self.text.write(to: file, atomically: false, encoding: .utf8)
            let before = try files.read()
            #expect(before.rollouts.map(\.name) == ["fraud"])
            try emptied.write(to: file, atomically: false, encoding: .utf8)
            for _ in 0..<2 {
                let (rollouts, problems) = try files.read()
                #expect(rollouts == before.rollouts)
                #expect(problems.map(\.place) == ["fraud.yaml"])
                #expect(problems.first?.problem.contains("remove the file") == true)
            }
            try FileManager.default.removeItem(at: file)
            let after = try files.read()
            #expect(after.rollouts.isEmpty)
            #expect(after.problems.isEmpty)
        }
    }

    @Test func a_file_that_never_said_anything_is_no_problem() throws {
        try inFolder { folder in
            try "# to come\n".write(
                to: folder.appending(path: "fraud.yaml"), atomically: false, encoding: .utf8)
            var files = RolloutFiles(folder.path)
            let (rollouts, problems) = try files.read()
            #expect(rollouts.isEmpty && problems.isEmpty)
        }
    }
}
