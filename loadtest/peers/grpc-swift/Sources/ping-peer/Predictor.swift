import Glibc
import Synchronization

/// The model that all peers serve, through the C interface of ../predictor/predictor.h.
///
/// A predictor belongs to one thread at a time, and handlers run on any: hence the lock, which nobody
/// waits for on the one core that a peer is given.
final class Predictor: Sendable {
    static let features = 30

    private typealias Open =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, Int) -> OpaquePointer
    private typealias Score =
        @convention(c) (OpaquePointer, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) ->
        Void

    private struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

    struct CannotOpen: Error { let message: String }

    private let handle: Mutex<Handle>
    private let score: Score

    init(engine: String, library: String, model: String) throws {
        guard let opened = dlopen(engine, RTLD_NOW), let open = dlsym(opened, "predictor_open"),
            let score = dlsym(opened, "predictor_score")
        else { throw CannotOpen(message: dlerror().map { String(cString: $0) } ?? engine) }
        // The types are those that predictor.h declares.
        handle = Mutex(
            Handle(pointer: unsafeBitCast(open, to: Open.self)(library, model, Self.features)))
        self.score = unsafeBitCast(score, to: Score.self)
    }

    /// The scores of rows that lie one after the other.
    func scores(_ rows: [Float]) -> [Float] {
        let count = rows.count / Self.features
        return [Float](unsafeUninitializedCapacity: count) { buffer, used in
            // Of a buffer with room for one, the base is there; of none, nothing is asked.
            guard count > 0, let scores = buffer.baseAddress else { return }
            handle.withLock { score($0.pointer, rows, count, scores) }
            used = count
        }
    }
}
