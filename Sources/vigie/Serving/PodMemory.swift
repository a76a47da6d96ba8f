import Glibc

/// How much memory the pod may use.
enum PodMemory {
    /// In bytes: the control group's limit, or all that the machine has.
    static var limit: Double? {
        let bytes =
            Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        let machine = bytes > 0 ? [bytes] : []
        let groups = groupFiles.compactMap { path in
            (try? TextFile.read(path)).flatMap { text in
                text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
            }
        }
        return (machine + groups).min()
    }

    /// Where this process's control group says so (cgroups(7)): within a container the group is the root
    /// of what is mounted, whatever its name is outside.
    private static var groupFiles: [String] {
        var files = [
            "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ]
        for line in ((try? TextFile.read("/proc/self/cgroup")) ?? "").split(separator: "\n") {
            // hierarchy:controllers:path; version 2 has no controllers there.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].isEmpty { files.append("/sys/fs/cgroup\(parts[2])/memory.max") }
            if parts[1].split(separator: ",").contains("memory") {
                files.append("/sys/fs/cgroup/memory\(parts[2])/memory.limit_in_bytes")
            }
        }
        return files
    }
}
