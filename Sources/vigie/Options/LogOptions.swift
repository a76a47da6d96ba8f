import ArgumentParser

/// What the pod says of itself, on standard error.
struct LogOptions: ParsableArguments {
    @Option(help: .init("Least weighty lines that are written.", valueName: "level"))
    var logLevel = Log.Level.info

    @Option(help: .init("Lines for people, or JSON in Elastic Common Schema.", valueName: "format"))
    var logFormat = Log.Format.text

    @Flag(inversion: .prefixedNo, help: "One line for every call that ends.")
    var accessLog = false
}

extension Log.Level: ExpressibleByArgument {}
extension Log.Format: ExpressibleByArgument {}
