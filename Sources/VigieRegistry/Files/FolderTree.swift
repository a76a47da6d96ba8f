import Glibc

/// Folders with what is in them.
package enum FolderTree {
    /// Makes a folder, and those that it is in.
    package static func make(_ path: String) throws(FileError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.contains("/") else { throw FileError("create", path) }
        try make(parent(of: path))
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError("create", path) }
    }

    /// "a" of "a/b"; "." of "b", "/" of "/b".
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Removes a file, or a folder and all that is in it; links are not followed.
    package static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in (try? FolderListing.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
