public import Logging
import Synchronization

/// What writes to the log, by name: the second half of a logger's label (`roomtoned.cache`).
public enum LogModule: String, CaseIterable, Sendable {
    case daemon, control, rooms, search, voice, cache, operations

    var label: String { "roomtoned." + rawValue }
}

/// From which level on each module's lines are written. Changeable at any time, from any thread; holds from the next line on.
public final class LogLevels: Sendable {
    /// Those of this process.
    public static let shared = LogLevels()

    private struct State {
        var general = Logger.Level.info
        var modules: [LogModule: Logger.Level] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// - Parameter module: nil for a label that is none of ours.
    public func level(of module: LogModule?) -> Logger.Level {
        state.withLock { state in module.flatMap { state.modules[$0] } ?? state.general }
    }

    /// Sets one module's level, or with nil for the level gives it back the general one; with nil for the module sets the
    /// general one.
    public func set(_ level: Logger.Level?, of module: LogModule?) {
        state.withLock { state in
            if let module { state.modules[module] = level } else if let level { state.general = level }
        }
    }

    /// Sets all of them, as the configuration does.
    public func set(general: Logger.Level, modules: [LogModule: Logger.Level]) {
        state.withLock { $0 = State(general: general, modules: modules) }
    }
}

extension LogModule {
    /// - Parameter label: of a logger.
    init?(label: String) {
        guard label.hasPrefix("roomtoned.") else { return nil }
        self.init(rawValue: String(label.dropFirst("roomtoned.".count)))
    }
}
