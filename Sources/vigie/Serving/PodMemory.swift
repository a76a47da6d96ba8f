import Glibc

/// How much memory the pod may use.
enum PodMemory {
    /// In bytes: the control group's limit (cgroup v2's memory.max), or all that the machine has.
    static var limit: Double? {
        if let text = try? TextFile.read("/sys/fs/cgroup/memory.max"),
            let bytes = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Double($0) })
        {
            return bytes
        }
        let bytes =
            Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        return bytes > 0 ? bytes : nil
    }
}
