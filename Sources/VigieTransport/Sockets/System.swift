import CVigieSys

/// Facts of the machine.
package enum System {
    /// Processors that this process may run on; at least 1.
    package static var usableProcessors: Int { Int(vigie_usable_processors()) }
}
