import VigieCommandLine
import ArgumentParser
import VigieRegistry

struct ModelsPublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Make a folder with a manifest the next version of a model.",
        discussion: """
            The version is loaded and warmed up as a pod would do it; then its files are written, and \
            its manifest last, so that pods see it whole. Its number is the next one, which --from may \
            raise (MLflow numbers by itself). `vigie models add` makes a version of a model file alone.
            """)

    @OptionGroup var options: ModelsOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var signing: SigningOptions
    @Argument(help: "The folder: manifest.json and the files that it names.") var folder: String
    @Option(help: "The model's name (default: the manifest's).") var model: String?
    @Option(
        help: .init(
            "The version: the first free one from this number on (default: the next one).",
            valueName: "n"))
    var from: Int?
    @Option(
        help: .init(
            "Larger files go to S3 in parts of this size, each with its own checksum; so much of a file is in memory at a time. 5MiB to 1GiB.",
            valueName: "bytes"))
    var partBytes = ByteCount(S3Upload.partBytes)
    @Option(help: "A label that is moved to the new version; may be given several times.")
    var label: [String] = []

    func run() throws {
        let writer = try options.address.writer(partBytes: partBytes.bytes)
        let loader = try options.loader()
        let published = try ModelsPublish(
            loader, folder: folder, name: model, from: from, writer: writer, key: try signing.key())
        try output.write(published.text, published.json)
        for label in label {
            try writer.setLabel(label, of: published.name, to: published.version)
        }
    }

    func validate() throws {
        if let from, from < 1 {
            throw ValidationError("--from is \(from); it must be 1 or more.")
        }
        guard S3Upload.partBytesRange.contains(partBytes.bytes) else {
            throw ValidationError(
                "--part-bytes is \(partBytes.bytes); it must be 5MiB to 1GiB.")
        }
        for label in label where !ModelLabels.isValid(label) {
            throw ValidationError("--label '\(label)': it must be \(ModelLabels.rule).")
        }
    }
}

/// Who vouches for what is written.
struct SigningOptions: ParsableArguments {
    @Option(
        help: .init(
            "Sign the manifest with this Ed25519 private key (PEM), which `vigie models keygen` makes.",
            valueName: "file"))
    var signKey: String?

    func key() throws(RegistryError) -> SigningKey? {
        try signKey.map { file throws(RegistryError) in try SigningKey(file: file) }
    }
}
