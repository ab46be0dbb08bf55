/// Finds one key in the bytes of an input device (`struct input_event`, Linux's `Documentation/input/input.rst`). Pure; one
/// device each.
struct KeyEventDecoder: Equatable, Sendable {
    /// Bytes of a record: two 64-bit numbers of time, type, code and value, in the machine's byte order.
    static let recordByteCount = 24

    private let key: KeyCode
    /// The beginning of a record whose end has not come: less than one.
    private var rest: [UInt8] = []
    /// The key is down on this device.
    private(set) var isDown = false

    init(key: KeyCode) { self.key = key }

    /// Whether the key is down after each change that these bytes tell of, in order; repeats are none.
    ///
    /// Where the kernel says that it dropped events, a release may be among them: the key counts as up, because a
    /// microphone that stays open is worse than one that closes.
    mutating func changes(in bytes: some Sequence<UInt8>) -> [Bool] {
        rest += bytes
        var changes: [Bool] = []
        var record = rest[...]
        while record.count >= Self.recordByteCount {
            if let state = state(after: record.prefix(Self.recordByteCount)), state != isDown {
                isDown = state
                changes.append(state)
            }
            record = record.dropFirst(Self.recordByteCount)
        }
        rest = Array(record)
        return changes
    }

    private func state(after record: ArraySlice<UInt8>) -> Bool? {
        let fields = Array(record.dropFirst(Self.timeByteCount))
        let type = fields.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 0, as: UInt16.self) }
        let code = fields.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        let value = fields.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: Int32.self) }
        switch (type, code) {
        case (Self.synchronisation, Self.dropped): return false
        case (Self.keys, key.number): return value == Self.released ? false : true
        default: return nil
        }
    }

    private static let timeByteCount = 16
    // EV_SYN, SYN_DROPPED and EV_KEY of linux/input-event-codes.h; 1 is a press, 2 a repeat.
    private static let synchronisation: UInt16 = 0
    private static let dropped: UInt16 = 3
    private static let keys: UInt16 = 1
    private static let released: Int32 = 0
}
