/// A talker's 16-bit frame count. Compare with ``distance(to:)``, never with `<`: it wraps.
public struct SequenceNumber: RawRepresentable, Hashable, Sendable, BitwiseCopyable, ExpressibleByIntegerLiteral {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt16) { rawValue = value }

    /// Frames from this number to `other`, −32,768…32,767, the short way round (RFC 1982 serial arithmetic).
    public func distance(to other: SequenceNumber) -> Int {
        Int(Int16(bitPattern: other.rawValue &- rawValue))
    }

    /// The number `count` frames later (earlier if negative).
    public func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(rawValue: rawValue &+ UInt16(truncatingIfNeeded: count))
    }
}

/// A 48 kHz sample clock in 32 bits. Compare with ``distance(to:)``, never with `<`: it wraps.
public struct MediaTimestamp: RawRepresentable, Hashable, Sendable, BitwiseCopyable, ExpressibleByIntegerLiteral {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt32) { rawValue = value }

    /// Samples from this instant to `other`, the short way round (±12.4 hours).
    public func distance(to other: MediaTimestamp) -> Int {
        Int(Int32(bitPattern: other.rawValue &- rawValue))
    }

    /// The instant `sampleCount` samples later (earlier if negative).
    public func advanced(by sampleCount: Int) -> MediaTimestamp {
        MediaTimestamp(rawValue: rawValue &+ UInt32(truncatingIfNeeded: sampleCount))
    }
}
