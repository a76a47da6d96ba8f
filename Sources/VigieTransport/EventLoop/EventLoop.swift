import CVigieSys
import Glibc
import Synchronization

/// What has work left to do once in a round, after all of the round's events: answers that other
/// threads or timers finished then leave in one write.
package protocol RoundEndTarget: AnyObject {
    func roundEnded()
}

/// What an ``EventLoop`` watches: a socket and whoever reacts to it.
///
/// Subclasses live on one loop's thread. Events are epoll's bits (EPOLLIN, EPOLLOUT, …).
package class Channel {
    let descriptor: Int32
    /// The loop's slot of this channel while it is registered.
    fileprivate var slot = -1
    fileprivate var interest: UInt32 = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    func handle(events: UInt32) {}
    /// The round in which it was taken out has ended: nothing calls it any more, though timers may
    /// hold it for a while. What it holds can go now.
    func buried() {}
    /// The loop is ending: let go of the descriptor without ceremony.
    func abandon() {}
}

/// One thread that owns its sockets whole: accept, TLS, HTTP/2, inference and reply happen here,
/// with no lock, no queue and no hop to another thread.
///
/// All methods are for the loop's own thread, save ``execute(_:)`` and ``stop()``, which any thread
/// may call.
package final class EventLoop: @unchecked Sendable {
    /// 0 … loops-1 in the order of creation; an index for per-loop state.
    package let index: Int
    /// The time when this round of events began; refreshed once a round, so reading it is free.
    package private(set) var now = MonotonicTime.now()
    /// Which round of events this is.
    package private(set) var round: UInt64 = 0
    /// The round before this one.
    package private(set) var lastRound = Round(number: 0, began: 0, ended: 0)

    /// A round of events that is over.
    package struct Round: Sendable, BitwiseCopyable {
        package let number: UInt64
        /// When the loop had been told of its events, in nanoseconds of the monotonic clock.
        package let began: UInt64
        /// When all of them had been handled.
        package let ended: UInt64
    }
    /// Where sockets of this loop read into: one block for all of them, since a read is handled
    /// before the next begins.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 64)
    /// Where sessions of this loop get their memory from.
    let sessionMemory = SessionMemory()
    /// Where sessions of this loop put what is to be written in this round.
    var writeBuffer = ByteQueue(keeping: 1024 * 1024)
    /// What TLS sessions of this loop decrypt into, a record at a time (16 KiB, RFC 8446 §5.1).
    let plainBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 64)
    /// What they encrypt into.
    let cipherBuffer = CipherBuffer()
    /// How busy it is.
    let counters = LoopCounters()
    /// What its servers' connections, and its clients', have sent and received.
    let traffic = ConnectionTraffic()
    let clientTraffic = ConnectionTraffic()

    private let isPrecise: Bool
    private let epoll: Int32
    private let wakeup: Int32
    private var channels: [Channel?] = []
    private var freeSlots: [Int] = []
    /// Channels taken out in this round: epoll may still name them, so they live until its end.
    private var graveyard: [Channel] = []
    private var timers = TimerQueue()
    private var running = false
    /// Work handed over by other threads. The only lock of a loop, and off the request path.
    private let inbox = Mutex<Inbox>(Inbox())

    private struct Inbox {
        var tasks: [@Sendable () -> Void] = []
        var stopped = false
        var signalled = false
    }

    /// - Parameter isPrecise: timers are kept to some microseconds instead of a millisecond, for
    ///   instruments that send at set times. Call ``run()`` on a thread of the loop's own then: its
    ///   timer slack is changed.
    package init(index: Int = 0, isPrecise: Bool = false) throws(SystemError) {
        self.index = index
        self.isPrecise = isPrecise
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
        wakeup = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wakeup >= 0 else { throw SystemError("eventfd") }
        guard vigie_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, EPOLLIN.rawValue, .max) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    deinit {
        close(epoll)
        close(wakeup)
        readBuffer.deallocate()
        plainBuffer.deallocate()
    }

    // MARK: From any thread

    /// The share of the last second that the loop worked, 0 … 1.
    package var utilization: Double { counters.utilization(now: MonotonicTime.now().nanoseconds) }

    /// Runs `task` on the loop's thread, soon; dropped when the loop has ended.
    package func execute(_ task: @escaping @Sendable () -> Void) {
        let mustSignal = inbox.withLock { inbox in
            guard !inbox.stopped else { return false }
            inbox.tasks.append(task)
            defer { inbox.signalled = true }
            return !inbox.signalled
        }
        if mustSignal { signal() }
    }

    /// Makes ``run()`` return after the round that is under way.
    package func stop() {
        execute { [unowned self] in running = false }
    }

    private func signal() {
        var one: UInt64 = 1
        write(wakeup, &one, 8)
    }

    // MARK: On the loop's thread

    /// The longest that a timer stays in the queue, and so keeps a target alive that has ended.
    package static let longestTimer: Duration = .seconds(10)

    /// Wakes `target` at `time`, a millisecond late at most when the loop is idle; or earlier, since
    /// no timer waits longer than ten seconds: a target that is woken too soon schedules again.
    package func schedule(_ target: any TimerTarget, at time: MonotonicTime, token: UInt64) {
        let latest = now.advanced(by: Self.longestTimer)
        // After `now`, so that a target that asks for the past has its turn in the next round.
        let earliest = MonotonicTime(nanoseconds: now.nanoseconds &+ 1)
        timers.insert(target, at: max(earliest, min(time, latest)), token: token)
    }

    /// Tells that a timer's target would ignore it from now on (``TimerTarget/isStale(token:)``). Peers
    /// that come and go many times a second would otherwise fill the memory with connections that have
    /// ended and wait for their timers.
    func timerBecameStale() {
        let ended = timers.noteStale()
        // Let go here: the end of a target may schedule others.
        withExtendedLifetime(ended) {}
    }

    func register(_ channel: Channel, events: EPOLL_EVENTS) throws(SystemError) {
        let slot = freeSlots.popLast() ?? channels.count
        if slot == channels.count { channels.append(channel) } else { channels[slot] = channel }
        let added = vigie_epoll_ctl(
            epoll, EPOLL_CTL_ADD, channel.descriptor, events.rawValue, UInt64(slot))
        guard added == 0 else {
            channels[slot] = nil
            freeSlots.append(slot)
            throw SystemError("epoll_ctl")
        }
        channel.slot = slot
        channel.interest = events.rawValue
    }

    func update(_ channel: Channel, events: UInt32) {
        guard channel.slot >= 0, channel.interest != events else { return }
        channel.interest = events
        _ = vigie_epoll_ctl(
            epoll, EPOLL_CTL_MOD, channel.descriptor, events, UInt64(channel.slot))
    }

    /// Takes the channel out; its object stays until the round ends. The caller closes the descriptor.
    func unregister(_ channel: Channel) {
        guard channel.slot >= 0 else { return }
        _ = vigie_epoll_ctl(epoll, EPOLL_CTL_DEL, channel.descriptor, 0, 0)
        channels[channel.slot] = nil
        graveyard.append(channel)
        deadSlots.append(channel.slot)
        channel.slot = -1
    }

    /// Calls `target` once, when this round's events, tasks and timers are through.
    package func atRoundEnd(_ target: any RoundEndTarget) { roundEndTargets.append(target) }
    private var roundEndTargets: [any RoundEndTarget] = []

    /// How often targets that others add at a round's end have their turn in the same round: answers
    /// leave with the round that made them, but a peer that reads as fast as a stream writes does not
    /// keep the loop from its other sockets.
    private static let passesPerRound = 4

    private func endRound() {
        var done = 0
        for _ in 0..<Self.passesPerRound {
            let end = roundEndTargets.count
            while done < end {
                roundEndTargets[done].roundEnded()
                done += 1
            }
            if done == roundEndTargets.count { break }
        }
        roundEndTargets.removeFirst(done)
    }

    /// Slots freed in this round; reusable from the next on, when no event can name them any more.
    private var deadSlots: [Int] = []

    /// Every channel of a kind that is registered now.
    func forEachChannel<T: Channel>(_ kind: T.Type, _ body: (T) -> Void) {
        for case let channel as T in channels { body(channel) }
    }

    /// Serves until ``stop()``. Call it on the thread that is to be the loop's.
    package func run() {
        running = true
        if isPrecise { vigie_set_timer_slack(1) }
        let capacity = 512
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        var wait = waitNanoseconds(.now())
        while running {
            let count = awaitEvents(events, capacity, wait)
            now = MonotonicTime.now()
            round &+= 1
            for position in 0..<Int(max(count, 0)) {
                let slot = vigie_epoll_data(events, Int32(position))
                if slot == .max {
                    runTasks()
                } else if let channel = channels[Int(slot)] {
                    channel.handle(events: vigie_epoll_events(events, Int32(position)))
                }
            }
            while let due = timers.popDue(now) { due.target.timerFired(token: due.token, now: now) }
            if !roundEndTargets.isEmpty { endRound() }
            if !graveyard.isEmpty { bury() }
            let ended = MonotonicTime.now()
            lastRound = Round(
                number: round, began: now.nanoseconds, ended: ended.nanoseconds)
            counters.roundEnded(
                began: now.nanoseconds, ended: ended.nanoseconds, events: Int(max(count, 0)))
            wait = waitNanoseconds(ended)
        }
        end()
    }

    private func bury() {
        for channel in graveyard { channel.buried() }
        graveyard.removeAll(keepingCapacity: true)
        freeSlots.append(contentsOf: deadSlots)
        deadSlots.removeAll(keepingCapacity: true)
    }

    /// How long there is nothing to do; -1 for ever.
    private func waitNanoseconds(_ current: MonotonicTime) -> Int64 {
        if !roundEndTargets.isEmpty { return 0 }
        guard let earliest = timers.earliest else { return -1 }
        return earliest <= current ? 0 : Int64(earliest.nanoseconds - current.nanoseconds)
    }

    /// Waits for events; in milliseconds, rounded up, unless it is to be precise.
    @inline(__always)
    private func awaitEvents(
        _ events: UnsafeMutablePointer<epoll_event>, _ capacity: Int, _ nanoseconds: Int64
    ) -> Int32 {
        if isPrecise { return vigie_epoll_wait(epoll, events, Int32(capacity), nanoseconds) }
        let milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999_999) / 1_000_000
        return epoll_wait(epoll, events, Int32(capacity), Int32(min(milliseconds, 3_600_000)))
    }

    private func runTasks() {
        var drained: UInt64 = 0
        read(wakeup, &drained, 8)
        let tasks = inbox.withLock { inbox in
            defer { inbox.tasks = [] }
            inbox.signalled = false
            return inbox.tasks
        }
        for task in tasks { task() }
    }

    private func end() {
        let tasks = inbox.withLock { inbox in
            inbox.stopped = true
            defer { inbox.tasks = [] }
            return inbox.tasks
        }
        for task in tasks { task() }
        // Clients that failed to begin connecting report it here.
        if !roundEndTargets.isEmpty { endRound() }
        for channel in channels { channel?.abandon() }
        bury()
        channels.removeAll()
        timers.removeAll()
    }
}
