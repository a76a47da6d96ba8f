// gRPC's interoperability service on Vigie's own stack, for real third-party clients to try, and
// with --client the other side, for real third-party servers.
import Glibc
import VigieTransport

do {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    if let cases = options.clientCases {
        exit(try await InteropClient.run(options, cases.split(separator: ",").map(String.init)))
    }
    try serve(options)
} catch let error as Options.Failure {
    complain("\(error.message)\n\(Options.usage)")
    exit(2)
} catch {
    complain("\(error)")
    exit(1)
}

func complain(_ text: String) {
    var line = "vigie-interop: \(text)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
