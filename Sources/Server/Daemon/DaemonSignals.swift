import UnixSignals

/// What the signals of the process do to the server: SIGTERM drains it, and a second one, like SIGINT, ends it at once; SIGHUP
/// has it read its configuration again.
struct DaemonSignals: Sendable {
    let drain: @Sendable () async -> Void
    let stop: @Sendable () async -> Void
    let reload: @Sendable () async -> Void

    /// Takes the signals from the system: from here on they do nothing by themselves.
    static func trap() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    }

    /// Until the task is cancelled.
    func run(_ signals: UnixSignalsSequence) async {
        await withTaskGroup(of: Void.self) { tasks in
            var isDraining = false
            for await signal in signals {
                switch signal {
                case .sighup: tasks.addTask { await reload() }
                case .sigterm where !isDraining:
                    isDraining = true
                    tasks.addTask { await drain() }
                default: tasks.addTask { await stop() }
                }
            }
            tasks.cancelAll()
        }
    }
}
