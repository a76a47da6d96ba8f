import Glibc
import Synchronization
import VigieCrypto
import VigieEngine
import VigieRegistry

/// A registry in a folder of its own, which goes with it, of scorecards whose log-odds are their
/// version for every row: whoever is answered by half a model, or by another, sees it.
final class TestRegistry: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/vigie-registry-XXXXXX".utf8CString)
        // mkdtemp fails only when /tmp is full or gone, and then no test can run.
        precondition(mkdtemp(&template) != nil, "no temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    // MARK: Content

    /// A scorecard of one feature whose log-odds are `value` for every row.
    static func scorecard(value: Double) -> String {
        """
        {"format": "vigie-scorecard", "formatVersion": 1, "intercept": \(value - 1),
         "features": [{"name": "age", "coefficient": 2, "edges": [30, 60],
                       "woe": [0.5, 0.5, 0.5], "missingWoe": 0.5, "meanWoe": 0.5}]}
        """
    }

    /// The manifest of a scorecard.
    static func manifest(of model: String, extra: String = "") -> String {
        let digest = SHA256.digest(of: Array(model.utf8)).hex
        return """
            {"schema": 1, "flavor": "scorecard",
             "files": [{"path": "scorecard.json", "sha256": "\(digest)", "bytes": \(model.utf8.count)}],
             "signature": {"features": [
                {"name": "age", "min": 18, "max": 120, "missing": "allow"}]}\(extra)}
            """
    }

    /// Writes a version in place, the manifest last.
    func write(_ name: String, _ version: Int, value: Double? = nil, extra: String = "") {
        let model = Self.scorecard(value: value ?? Double(version))
        put(model, "\(name)/\(version)/scorecard.json")
        put(Self.manifest(of: model, extra: extra), "\(name)/\(version)/manifest.json")
    }

    /// Publishes a version as one should: written beside, renamed.
    func publish(_ name: String, _ version: Int, value: Double? = nil) {
        let model = Self.scorecard(value: value ?? Double(version))
        put(model, "\(name)/.\(version).tmp/scorecard.json")
        put(Self.manifest(of: model), "\(name)/.\(version).tmp/manifest.json")
        rename("\(name)/.\(version).tmp", "\(name)/\(version)")
    }

    // MARK: Files

    /// Writes a file, and the folders that it is in.
    func put(_ text: String, _ relative: String) { put(Array(text.utf8), relative) }

    func put(_ bytes: [UInt8], _ relative: String) {
        var folder = path
        for part in relative.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        let file = open("\(path)/\(relative)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(file >= 0, "cannot create \(relative)")
        bytes.withUnsafeBytes { _ = Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    func append(_ bytes: ArraySlice<UInt8>, _ relative: String) {
        let file = open("\(path)/\(relative)", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        precondition(file >= 0, "cannot open \(relative)")
        Array(bytes).withUnsafeBytes { _ = Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    func rename(_ old: String, _ new: String) {
        precondition(Glibc.rename("\(path)/\(old)", "\(path)/\(new)") == 0, "cannot rename \(old)")
    }

    func remove(_ relative: String) { Self.remove("\(path)/\(relative)") }

    private static func remove(_ path: String) {
        if let names = try? FolderListing.names(in: path), !isLink(path) {
            for name in names { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
