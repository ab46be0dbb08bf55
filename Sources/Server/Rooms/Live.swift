import Synchronization

/// Limits that may change while the server runs: whoever asks gets what holds now. Any thread; a lock is held for a copy.
public final class Live<Value: Sendable>: Sendable {
    private let held: Mutex<Value>

    public init(_ value: Value) { held = Mutex(value) }

    public var value: Value { held.withLock { $0 } }

    /// Holds from the next question on.
    public func set(_ value: Value) { held.withLock { $0 = value } }
}
