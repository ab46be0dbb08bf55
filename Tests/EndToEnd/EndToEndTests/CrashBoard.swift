import Foundation

/// What the one who kills and those who write tell each other.
final class CrashBoard: @unchecked Sendable {
    // Unchecked: everything is guarded by the condition.
    private let condition = NSCondition()
    private var port: UInt16?
    private var acknowledgementCount = 0
    private var isWriting = true
    private var hasEnded = false
    private var collected: [String] = []

    /// What writers found that must not be.
    var problems: [String] { guarded { collected } }

    /// Whether new messages are wanted; those begun are brought to their end either way.
    var isWritingWanted: Bool { guarded { isWriting } }

    func report(_ problem: String) { guarded { collected.append(problem) } }

    /// There is a server. Counting begins anew.
    func serve(port: UInt16) {
        guarded {
            self.port = port
            acknowledgementCount = 0
        }
    }

    func takeDown() { guarded { port = nil } }

    func finishWriting() { guarded { isWriting = false } }

    /// Sends everybody home.
    func end() { guarded { hasEnded = true } }

    func acknowledged() { guarded { acknowledgementCount += 1 } }

    /// Blocks until that many came from this server, or a minute has passed.
    func waitForAcknowledgements(_ count: Int) {
        let deadline = Date().addingTimeInterval(60)
        condition.lock()
        defer { condition.unlock() }
        while acknowledgementCount < count, collected.isEmpty, condition.wait(until: deadline) {}
    }

    /// Blocks until there is a server; nil when there will be none any more.
    func waitForServer() -> UInt16? {
        condition.lock()
        defer { condition.unlock() }
        while !hasEnded {
            if let port { return port }
            condition.wait()
        }
        return nil
    }

    private func guarded<Value>(_ body: () -> Value) -> Value {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body()
    }
}
