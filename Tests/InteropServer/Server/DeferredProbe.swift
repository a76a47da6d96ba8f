import Glibc
import VigieProtos
import VigieRPC

/// Answers from a thread of its own; slowly if asked to, and then only to a caller who still waits.
enum DeferredProbe {
    typealias Reply = DeferredReply<VigieV1.VersionResponse>

    private final class Job {
        let reply: Reply
        let isSlow: Bool

        init(_ reply: Reply, _ isSlow: Bool) {
            self.reply = reply
            self.isSlow = isSlow
        }
    }

    static func answer(_ reply: Reply, isSlow: Bool) {
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(reply, isSlow))
        pthread_create(
            &thread, nil,
            { raw in
                let job = Unmanaged<Job>.fromOpaque(raw!).takeRetainedValue()
                // At most five seconds, or until nobody waits.
                for _ in 0..<500 where job.isSlow && !job.reply.isCancelled { usleep(10_000) }
                job.reply.finish { $0.version = "interop" }
                return nil
            }, job.toOpaque())
        pthread_detach(thread)
    }
}
