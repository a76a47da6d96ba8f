import VigieHTTP
import VigieRollouts

/// Why a pod told nothing. The same cause has the same words each time, since conditions repeat them.
package struct ScrapeFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    package var description: String { message }

    init(message: String) { self.message = message }

    /// - Parameter timeout: how long the pod was given.
    init(_ error: HTTPError, of place: PodPlace, within timeout: Duration) {
        message =
            switch error.reason {
            case .timeout: "\(place.url): no answer within \(DurationText.text(timeout))"
            case .connect: "\(place.url): nobody listens there"
            case .tls: "\(error.message): see --pods-ca and --pods-tls-name"
            case .broken where place.secured == nil:
                "\(place.url): no HTTP answer; does it speak TLS? Then --pods-ca is needed"
            default: error.message
            }
    }
}
