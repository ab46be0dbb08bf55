import ChatStore
public import ControlServer
import VoiceRelay

extension Readiness {
    /// Whether the database takes writes, the relay's threads run, and the listener takes connections.
    public func add(of parts: ServerParts, listener: ControlServer) {
        add(
            ReadinessCheck("store") { [store = parts.store] in
                do { try await store.checkWritable() } catch { return "the database cannot be written: \(error)" }
                return nil
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
