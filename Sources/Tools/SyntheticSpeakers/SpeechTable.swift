import NetworkSimulator

/// The frames that synthetic speakers say: encoded once, before the load begins, and never changed after that.
///
/// Every speaker walks through the table from a place of its own, one payload a frame, round and round. Listeners compare
/// what arrives with the table, byte by byte. Any thread may read it.
public final class SpeechTable: Sendable {
    /// Payloads that a table holds at most.
    public static let payloadsMax = 4_096
    /// Bytes of the longest payload: an Opus packet's (RFC 6716 §3.4), or what fits a datagram with its extension blocks.
    public static let payloadBytesMax = 1_275

    let view: SpeechTableView

    /// - Parameter payloads: 1…``payloadsMax`` Opus packets of 1…``payloadBytesMax`` bytes; nil if they are not.
    public init?(payloads: [[UInt8]]) {
        guard (1...Self.payloadsMax).contains(payloads.count),
            payloads.allSatisfy({ (1...Self.payloadBytesMax).contains($0.count) })
        else { return nil }
        view = SpeechTableView(copying: payloads)
    }

    /// Payloads of one length that look like anything but speech: for measuring a relay, which does not look into them.
    /// - Parameters:
    ///   - byteCount: 1…``payloadBytesMax``; what is outside is brought inside.
    ///   - seed: the same seed gives the same bytes.
    public convenience init(byteCount: Int, count: Int = 64, seed: UInt64 = 1) {
        let byteCount = min(max(1, byteCount), Self.payloadBytesMax)
        let count = min(max(1, count), Self.payloadsMax)
        var generator = SeededGenerator(seed: seed)
        let payloads = (0..<count).map { _ in
            (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
        self.init(checked: payloads)
    }

    private init(checked payloads: [[UInt8]]) { view = SpeechTableView(copying: payloads) }

    deinit { view.deallocate() }

    /// How many payloads there are.
    public var count: Int { view.count }

    /// A copy of one payload, 0..<``count``.
    public func payload(_ number: Int) -> [UInt8] { Array(view.payload(number)) }
}

/// A table as an engine's thread reads it: trivially copyable, no reference counts. The table keeps the memory alive.
struct SpeechTableView: BitwiseCopyable, @unchecked Sendable {
    // Unchecked: written before anybody else sees it, only read after that.
    let count: Int
    /// Where each payload begins, and behind the last one where it ends.
    private let offsets: UnsafeMutablePointer<Int>
    private let bytes: UnsafeMutableRawPointer

    init(copying payloads: [[UInt8]]) {
        count = payloads.count
        offsets = .allocate(capacity: count + 1)
        bytes = .allocate(byteCount: payloads.reduce(0) { $0 + $1.count }, alignment: 64)
        var offset = 0
        for (number, payload) in payloads.enumerated() {
            (offsets + number).initialize(to: offset)
            (bytes + offset).copyMemory(from: payload, byteCount: payload.count)
            offset += payload.count
        }
        (offsets + count).initialize(to: offset)
    }

    func deallocate() {
        offsets.deallocate()
        bytes.deallocate()
    }

    /// The bytes of a payload, 0..<``count``. Does not allocate.
    func payload(_ number: Int) -> UnsafeRawBufferPointer {
        let start = offsets[number]
        return UnsafeRawBufferPointer(start: bytes + start, count: offsets[number + 1] - start)
    }
}
