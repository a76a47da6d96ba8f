import Glibc

/// Keeping the cache within its bound.
extension ContentCache {
    private struct View {
        var path: String
        /// Nanoseconds since 1970.
        var used: Int64
        var blobs: Set<String>
    }

    /// Removes the versions that were not used for longest, and content that no version has any more,
    /// until all fits.
    /// - Parameter inUse: paths of views that stay, however old.
    /// - Returns: how many versions went, and the bytes of content that are left.
    func sweep(inUse: Set<String>) -> (evicted: Int, bytes: Int) {
        var sizes: [String: Int] = [:]
        var byInode: [UInt64: String] = [:]
        let names = (try? FolderListing.names(in: "\(folder)/blobs")) ?? []
        for name in names {
            guard let stamp = try? FileStamp(path: "\(folder)/blobs/\(name)"), stamp.isFile else {
                continue
            }
            sizes[name] = stamp.bytes
            byInode[stamp.inode] = name
        }
        var total = sizes.values.reduce(0, +)
        guard total > bytesMax else { return (0, total) }
        var holders: [String: Int] = [:]
        let views = allViews(byInode)
        for view in views { for blob in view.blobs { holders[blob, default: 0] += 1 } }
        func drop(_ blob: String) {
            unlink("\(folder)/blobs/\(blob)")
            total -= sizes.removeValue(forKey: blob) ?? 0
        }
        // Content without a version: of one that was put together only in part.
        for (blob, _) in sizes where holders[blob] == nil && isOld("\(folder)/blobs/\(blob)") {
            drop(blob)
        }
        var evicted = 0
        for view in views.sorted(by: { $0.used < $1.used }) {
            guard total > bytesMax else { break }
            guard !inUse.contains(view.path) else { continue }
            FolderTree.remove(view.path)
            evicted += 1
            for blob in view.blobs {
                holders[blob, default: 1] -= 1
                if holders[blob] == 0 { drop(blob) }
            }
        }
        return (evicted, total)
    }

    /// Whether nobody can be about to use it for a version.
    private func isOld(_ path: String) -> Bool {
        guard let stamp = try? FileStamp(path: path) else { return false }
        return time(nil) - Int(stamp.changed / 1_000_000_000) > 600
    }

    private func allViews(_ byInode: [UInt64: String]) -> [View] {
        var all: [View] = []
        func folders(_ path: String) -> [String] {
            ((try? FolderListing.names(in: path)) ?? []).map { "\(path)/\($0)" }
        }
        for registry in folders(views) {
            for version in folders(registry).flatMap(folders) {
                for path in folders(version) {
                    guard let stamp = try? FileStamp(path: path), stamp.isFolder else { continue }
                    var blobs: Set<String> = []
                    addBlobs(path, byInode, &blobs)
                    all.append(View(path: path, used: stamp.modified, blobs: blobs))
                }
            }
        }
        return all
    }

    func addBlobs(_ path: String, _ byInode: [UInt64: String], _ blobs: inout Set<String>) {
        for name in (try? FolderListing.names(in: path)) ?? [] {
            guard let stamp = try? FileStamp(path: "\(path)/\(name)") else { continue }
            if stamp.isFolder {
                addBlobs("\(path)/\(name)", byInode, &blobs)
            } else if let blob = byInode[stamp.inode] {
                blobs.insert(blob)
            }
        }
    }
}
