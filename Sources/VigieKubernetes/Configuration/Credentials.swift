import Synchronization

/// The bearer token that requests carry, if any. One in a file is read again as Kubernetes renews it
/// (a projected service account token lives an hour).
package final class Credentials: Sendable {
    private enum Source: Sendable {
        case none
        case fixed(String)
        case file(String)
    }

    private struct Known {
        var token: String
        var readAt: ContinuousClock.Instant
    }

    private let source: Source
    private let known = Mutex<Known?>(nil)

    /// How long a token that was read is used; client-go takes a minute, too.
    private static let age = Duration.seconds(60)
    /// Tokens are some 1 KB; a larger file is none.
    private static let bytesMax = 65_536

    /// None: client certificates, or nobody.
    package init() { source = .none }

    package init(token: String) { source = .fixed(token) }

    package init(tokenFile: String) { source = .file(tokenFile) }

    /// Whether another look may bring another token.
    package var canChange: Bool {
        if case .file = source { true } else { false }
    }

    /// The token as it is now; nil for none.
    package func current() throws(KubernetesError) -> String? { try token(isFresh: true) }

    /// Makes the next request read the file.
    func forget() { known.withLock { $0 = nil } }

    /// - Parameter isFresh: reads the file now, whatever is known.
    package func token(isFresh: Bool) throws(KubernetesError) -> String? {
        switch source {
        case .none: return nil
        case .fixed(let token): return token
        case .file(let path):
            let now = ContinuousClock.now
            if !isFresh, let known = known.withLock({ $0 }), known.readAt + Self.age > now {
                return known.token
            }
            let token: String
            do throws(KubernetesError) {
                token = try Self.read(path)
            } catch {
                // In the middle of a rotation: what is known may still do.
                if let known = known.withLock({ $0 }) { return known.token }
                throw error
            }
            known.withLock { $0 = Known(token: token, readAt: now) }
            return token
        }
    }

    private static func read(_ path: String) throws(KubernetesError) -> String {
        let text = try SmallFile.text(path, bytesMax: bytesMax)
        let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw KubernetesError(.configuration, "\(path): holds no token")
        }
        return token
    }
}
