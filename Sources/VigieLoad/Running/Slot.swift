import VigieTransport

/// Room for one request at a time on one connection: what is under way in it, and since when.
final class Slot {
    unowned let connection: LoadConnection
    /// The call of unary methods; used again and again.
    private(set) var unary: UnaryExchange!
    /// The long call of streaming methods that this slot's requests go over.
    private(set) var lane: StreamExchange!

    /// A request is in it, or its call has not closed yet.
    var isBusy = false
    /// Its request has not been answered yet.
    var isPending = false
    /// In the queue of slots with room.
    var isQueued = false
    /// Counts requests, so that late timers recognise another's.
    var generation: UInt64 = 0
    var target = 0
    var request = 0
    /// Its request goes over ``lane``.
    var isStreaming = false
    /// When it was to be sent, and when it was.
    var intended: UInt64 = 0
    var sent: UInt64 = 0

    init(_ connection: LoadConnection) {
        self.connection = connection
        unary = UnaryExchange(self)
        lane = StreamExchange(self)
    }

    /// The request's time is over.
    func expire() { isStreaming ? lane.expire() : unary.expire() }
}
