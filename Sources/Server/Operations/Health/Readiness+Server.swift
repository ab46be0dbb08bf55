import ChatStore
public import ControlServer
import Synchronization
import VoiceRelay

extension Readiness {
    /// Whether the database takes writes, the relay's threads run, and the listener takes connections.
    public func add(of parts: ServerParts, listener: ControlServer) {
        add(
            ReadinessCheck("store") { [store = parts.store, remembered = RememberedFinding()] in
                await remembered.reason(at: .now) {
                    do { try await store.checkWritable() } catch { return "the database cannot be written: \(error)" }
                    return nil
                }
            })
        add(
            ReadinessCheck("relay") { [relay = parts.relay] in
                let ended = relay.figures().threads.enumerated().filter { !$0.element.isRunning }.map(\.offset)
                return ended.isEmpty ? nil : "relay threads have ended: \(ended)"
            })
        add(
            ReadinessCheck("listener") { [weak listener] in
                listener?.isListening == true ? nil : "the control port takes no connections"
            })
    }
}

/// What a check found last, for a few seconds: it costs a write, and anybody may ask as often as they like.
///
/// Any task; who asks while the check runs would run it as well, which ``Readiness`` does not let happen.
final class RememberedFinding: Sendable {
    /// How long the last finding is as good as a new one.
    static let ageMax = Duration.seconds(5)

    private struct Finding {
        let reason: String?
        let madeAt: ContinuousClock.Instant
    }

    private let last = Mutex<Finding?>(nil)

    /// The last reason, or what `find` says now if that is too old.
    func reason(at now: ContinuousClock.Instant, find: () async -> String?) async -> String? {
        if let finding = last.withLock({ $0 }), finding.madeAt.duration(to: now) < Self.ageMax { return finding.reason }
        let reason = await find()
        last.withLock { $0 = Finding(reason: reason, madeAt: now) }
        return reason
    }
}
