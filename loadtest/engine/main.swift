// The engine alone, without a server: `vigie-bench-engine MODEL [FLAVOR]` surveys one model for a
// person; `vigie-bench-engine --model …` is our side of `loadtest/compare.py`.
import Foundation
import VigieEngine

do {
    if CommandLine.arguments.dropFirst().first?.hasPrefix("--") == true {
        try Worker(Array(CommandLine.arguments.dropFirst())).work()
    } else {
        try Survey(Array(CommandLine.arguments.dropFirst())).print()
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(2)
}
