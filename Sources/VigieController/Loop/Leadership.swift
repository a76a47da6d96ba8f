/// Whether this process is the one that may write.
package protocol Leadership: Sendable {
    /// Asked for before every act.
    var isLeader: Bool { get }
}

/// The only one there is.
package struct Alone: Leadership {
    package var isLeader: Bool { true }

    package init() {}
}
