import Synchronization

/// One reason for which the server may not be ready.
public struct ReadinessCheck: Sendable {
    /// A word in lower case: part of answers and of a metric.
    public let name: String
    let reason: @Sendable () async -> String?

    /// - Parameter reason: nil when all is well; otherwise what is wrong, for people. May take its time: past
    ///   ``OperationsLimits/checkTimeout`` that is the reason.
    public init(_ name: String, reason: @escaping @Sendable () async -> String?) {
        self.name = name
        self.reason = reason
    }
}

/// Whether the server can take people in, and why not. Any task.
public final class Readiness: Sendable {
    public struct Finding: Sendable, Equatable {
        public let name: String
        /// Nil when all is well.
        public let reason: String?
    }

    private let checks = Mutex<[RunningCheck]>([])
    private let draining = Atomic<Bool>(false)
    private let timeout: Duration

    public convenience init() { self.init(timeout: OperationsLimits.checkTimeout) }

    init(timeout: Duration) { self.timeout = timeout }

    public func add(_ check: ReadinessCheck) { checks.withLock { $0.append(RunningCheck(check)) } }

    /// The server takes nobody new from now on.
    public func beginDraining() { draining.store(true, ordering: .relaxed) }

    public var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Every check, in the order in which they were added, and at the end whether the server is stopping.
    public func findings() async -> [Finding] {
        let checks = checks.withLock { $0 }
        var findings: [Finding] = []
        await withTaskGroup(of: (Int, String?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { [timeout] in (index, await check.reason(within: timeout)) }
            }
            var reasons: [Int: String?] = [:]
            for await (index, reason) in group { reasons[index] = reason }
            findings = checks.enumerated().map { Finding(name: $1.check.name, reason: reasons[$0] ?? nil) }
        }
        return findings + [Finding(name: "draining", reason: isDraining ? "the server is stopping" : nil)]
    }
}

/// A check that may hang: it is not begun again before it has ended, and nobody waits for it longer than they want.
private final class RunningCheck: Sendable {
    private struct State {
        var waiters: [UInt64: CheckedContinuation<String?, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var startedAt: ContinuousClock.Instant?
    }

    let check: ReadinessCheck
    private let state = Mutex(State())

    init(_ check: ReadinessCheck) { self.check = check }

    func reason(within timeout: Duration) async -> String? {
        let now = ContinuousClock.now
        let hangsSince = state.withLock { $0.startedAt.flatMap { now > $0 + timeout ? $0 : nil } }
        if let hangsSince { return Self.late(now - hangsSince) }
        return await withCheckedContinuation { continuation in
            let (waiter, mustStart) = state.withLock { state in
                defer { state.nextWaiter += 1 }
                state.waiters[state.nextWaiter] = continuation
                let mustStart = state.startedAt == nil
                if mustStart { state.startedAt = now }
                return (state.nextWaiter, mustStart)
            }
            if mustStart { Task { finish(await check.reason()) } }
            Task {
                try? await Task.sleep(for: timeout)
                state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume(returning: Self.late(timeout))
            }
        }
    }

    private func finish(_ reason: String?) {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            state.startedAt = nil
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: reason) }
    }

    private static func late(_ duration: Duration) -> String {
        "no answer for \(Int(duration / .milliseconds(1))) ms"
    }
}
