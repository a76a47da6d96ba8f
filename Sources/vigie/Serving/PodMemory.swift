import Glibc

/// How much memory the pod may use, and does.
enum PodMemory {
    /// In bytes: the control group's limit (cgroup v2's memory.max), or all that the machine has.
    static var limit: Double? {
        if let text = try? TextFile.read("/sys/fs/cgroup/memory.max"),
            let bytes = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Double($0) })
        {
            return bytes
        }
        let bytes = Double(sysconf(Int32(_SC_PHYS_PAGES))) * pageBytes
        return bytes > 0 ? bytes : nil
    }

    /// In bytes: the resident set (proc(5), statm).
    static var resident: Double? {
        guard let text = try? TextFile.read("/proc/self/statm") else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * pageBytes
    }

    private static var pageBytes: Double { Double(sysconf(Int32(_SC_PAGESIZE))) }
}
