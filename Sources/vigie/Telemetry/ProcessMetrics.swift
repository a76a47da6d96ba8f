import Glibc
import VigieTelemetry

/// The process, by the names that all Prometheus clients give these figures; read from /proc.
struct ProcessMetrics: MetricSource {
    func metricFamilies() -> [MetricFamily] {
        let stat = Self.stat()
        return [
            MetricFamily(
                .counter, "process_cpu_seconds", unit: "seconds",
                help: "User and system CPU time.", metrics: [Metric(Self.processorSeconds())]),
            MetricFamily(
                .gauge, "process_resident_memory_bytes", unit: "bytes",
                help: "Memory that is in RAM.", metrics: Self.metrics(stat?.residentBytes)),
            MetricFamily(
                .gauge, "process_virtual_memory_bytes", unit: "bytes",
                help: "Memory that is mapped.", metrics: Self.metrics(stat?.virtualBytes)),
            MetricFamily(
                .gauge, "process_start_time_seconds", unit: "seconds",
                help: "When the process began, since 1970.",
                metrics: Self.metrics(stat?.startSeconds)),
            MetricFamily(
                .gauge, "process_threads", help: "Threads.", metrics: Self.metrics(stat?.threads)),
            MetricFamily(
                .gauge, "process_open_fds", help: "Open file descriptors.",
                metrics: Self.metrics(Self.openDescriptors())),
            MetricFamily(
                .gauge, "process_max_fds", help: "File descriptors that may be open.",
                metrics: Self.metrics(Self.descriptorLimit())),
        ]
    }

    /// Nothing rather than a wrong figure where /proc does not tell.
    private static func metrics(_ value: Double?) -> [Metric] { value.map { [Metric($0)] } ?? [] }

    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Memory that is in RAM.
    static var residentBytes: Double? { stat()?.residentBytes }

    private struct Stat {
        var threads: Double
        var virtualBytes: Double
        var residentBytes: Double
        var startSeconds: Double?
    }

    /// proc(5): after the command's name in brackets, fields 3 and on.
    private static func stat() -> Stat? {
        guard let text = try? TextFile.read("/proc/self/stat"),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        guard let threads = field(20), let started = field(22), let virtual = field(23),
            let pages = field(24)
        else { return nil }
        return Stat(
            threads: threads, virtualBytes: virtual,
            residentBytes: pages * Double(sysconf(Int32(_SC_PAGESIZE))),
            startSeconds: bootSeconds().map {
                $0 + started / Double(sysconf(Int32(_SC_CLK_TCK)))
            })
    }

    private static func bootSeconds() -> Double? {
        guard let text = try? TextFile.read("/proc/stat") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) }
    }

    private static func openDescriptors() -> Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the folder's own.
        return Double(count - 3)
    }

    private static func descriptorLimit() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return nil
        }
        return Double(limit.rlim_cur)
    }
}
