import Synchronization
import VigieProtos
import VigieRPC

/// The answers of a stream, some of which come from workers: given in the order of the requests. Used
/// on the call's loop.
///
/// It also holds the caller back: one who does not read, or who has as many requests under way as a
/// stream may have, is read no further.
final class OrderedAnswers<Response: Message> {
    typealias Fill = StreamPlace<Response>.Fill

    /// Requests of one stream that may be under way: enough to keep workers busy and to fill a batch,
    /// while a stream of large requests holds a few of them.
    static var underWayMax: Int { 16 }

    // The call keeps its handler, and so this, until it ends, and is reused after that, never freed
    // before.
    unowned let call: ServerCall
    private let reference: CallReference
    private var places: [StreamPlace<Response>] = []
    private var hasEnded = false
    /// Sends one answer, which its first argument writes or refuses.
    private let send: (_ fill: Fill, _ requestID: String) -> Void

    /// - Parameter send: sends one answer, which its first argument writes or refuses.
    init(_ call: ServerCall, send: @escaping (_ fill: Fill, _ requestID: String) -> Void) {
        self.call = call
        reference = call.reference
        self.send = send
    }

    deinit { cancelAll() }

    /// As the stream's caller says, for all of its requests.
    var priority: CallPriority { call.priority }

    /// Answers are still to come.
    var isWaiting: Bool { !places.isEmpty }

    /// The next place, for an answer that comes later.
    func makePlace(requestID: String) -> StreamPlace<Response> {
        let place = StreamPlace(self, reference, requestID)
        places.append(place)
        return place
    }

    /// The next place, for a refusal that must not overtake answers that are still to come.
    func append(_ status: RPCStatus, requestID: String) {
        let place = makePlace(requestID: requestID)
        place.set { _ throws(RPCStatus) in throw status }
        flush()
    }

    /// A request has been dealt with.
    func received() {
        if !call.isWritable || places.count >= Self.underWayMax { call.pauseRequests() }
    }

    /// The caller has sent its last request.
    func requestsEnded() {
        hasEnded = true
        if !isWaiting { call.finish() }
    }

    /// The caller reads again.
    func writable() {
        if places.count < Self.underWayMax { call.resumeRequests() }
    }

    /// Nobody reads the answers any more.
    func cancelAll() {
        for place in places { place.cancel() }
        places = []
    }

    /// Sends the answers that are there, up to the first that is not.
    fileprivate func flush() {
        while let place = places.first, let fill = place.takeFill() {
            places.removeFirst()
            if let stations = place.stations { call.note(stations) }
            send(fill, place.requestID)
        }
        // An answer may be one that ends the call.
        guard !call.isFinished else { return cancelAll() }
        if hasEnded {
            if !isWaiting { call.finish() }
        } else if call.isWritable {
            writable()
        }
    }
}

/// One request's place among the answers of a stream. Any thread may finish it, once.
final class StreamPlace<Response: Message>: @unchecked Sendable {
    typealias Fill = @Sendable (Response) throws(RPCStatus) -> Void

    let requestID: String
    private let call: CallReference
    private let cancelled = Atomic<Bool>(false)
    // Both are for the call's loop alone.
    private weak var answers: OrderedAnswers<Response>?
    private var fill: Fill?
    fileprivate private(set) var stations: CallStations?

    fileprivate init(
        _ answers: OrderedAnswers<Response>, _ call: CallReference, _ requestID: String
    ) {
        self.answers = answers
        self.call = call
        self.requestID = requestID
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    fileprivate func cancel() {
        cancelled.store(true, ordering: .relaxed)
        fill = nil
    }

    /// What has been set, which is let go: it holds the request's tensors, and those hold this place.
    fileprivate func takeFill() -> Fill? {
        defer { fill = nil }
        return fill
    }

    fileprivate func set(_ fill: @escaping Fill) { self.fill = fill }

    func finish(_ stations: CallStations? = nil, _ fill: @escaping Fill) {
        call.execute { [self] _ in
            guard !isCancelled else { return }
            self.stations = stations
            set(fill)
            answers?.flush()
        }
    }
}
