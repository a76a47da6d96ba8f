import ArgumentParser
import VigieRegistry

struct ModelsSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Vouch for a version that is in a registry, with an Ed25519 key.",
        discussion: """
            Writes manifest.sig beside manifest.json: a signature of its exact bytes, and so, by the \
            digests in it, of all files. Signatures of other keys stay. Pods look at them with \
            --trusted-keys and --require-signed.
            """)

    @OptionGroup var options: ModelsOptions
    @Option(help: .init("The private key (PEM).", valueName: "file")) var key: String
    @Flag(help: "Write name and version into a manifest that lacks them; its digest changes.")
    var bind = false
    @Argument(help: "The model.") var model: String
    @Argument(help: "The version.") var version: Int

    func run() throws {
        let signed = try ModelsSign(
            try options.loader(), name: model, version: version, key: try SigningKey(file: key),
            binds: bind, writer: try options.address.writer)
        StandardStream.output.write(signed.text)
    }
}

struct ModelsKeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract:
            "Make a pair of Ed25519 keys: NAME.pem to sign with, NAME.pub for --trusted-keys.",
        discussion:
            "They are those of `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`.")

    @Argument(help: .init("Path and name of the files.", valueName: "name")) var name: String

    func run() throws {
        let id = try SigningKey.generate(prefix: name)
        StandardStream.output.write(
            "Made \(name).pem (keep it secret) and \(name).pub, key id \(id).\n")
    }
}
