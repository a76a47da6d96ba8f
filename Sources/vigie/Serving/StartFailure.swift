/// Why a pod could not start, as a sentence that names the flag.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    /// Runs `body`; what it throws is told with `what` in front.
    static func wrapping<Result, Failure: Error>(
        _ what: String, _ body: () throws(Failure) -> Result
    ) throws(StartFailure) -> Result {
        do throws(Failure) { return try body() } catch {
            throw StartFailure(description: "\(what): \(error)")
        }
    }
}
