import Glibc

/// How the store's thread sleeps.
struct StoreWait {
    let mailbox: StoreMailbox
    let watch: FolderWatch?
    let options: StoreOptions

    /// Returns when it is time, somebody rang, or the folder changed and has been quiet for a while.
    func wait(until deadline: ContinuousClock.Instant) {
        var deadline = deadline
        var lastPossible: ContinuousClock.Instant?
        while true {
            let now = ContinuousClock.now
            guard now < deadline else { return }
            var descriptors = [pollfd(fd: mailbox.bell, events: Int16(POLLIN), revents: 0)]
            if let watch {
                descriptors.append(pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0))
            }
            // Rounded up: waking a little early would only mean another round.
            let milliseconds = (deadline - now) / .milliseconds(1)
            _ = poll(
                &descriptors, nfds_t(descriptors.count),
                Int32(clamping: Int(min(milliseconds, 86_400_000).rounded(.up))))
            if descriptors[0].revents != 0 { return }
            guard let watch, watch.drain() else { continue }
            let changed = ContinuousClock.now
            let limit = lastPossible ?? changed + options.debounceMax
            lastPossible = limit
            deadline = min(changed + options.debounce, limit)
        }
    }
}
