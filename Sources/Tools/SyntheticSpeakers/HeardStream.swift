import VoiceWire

/// What one listener has got of one talker: duplicates, order, jitter. Pure; all zero is a stream that has not begun.
struct HeardStream: BitwiseCopyable {
    /// Bit n: the frame n before the newest has come.
    private var window: UInt64 = 0
    private var newest: UInt16 = 0
    /// Whose frames these are: a place in the table is given to another talker when its own has left.
    private var generation: UInt16 = 0
    private var jitter: Float = 0
    /// Receipt less due instant of the last frame, in nanoseconds.
    private var transit: Int64 = 0

    enum Arrival {
        case inOrder
        /// One or more frames before it have not come: a burst of losses, unless they come late.
        case afterGap
        case reordered, duplicate, tooOld
    }

    /// - Parameter generation: the talker's, not 0.
    mutating func note(_ sequence: UInt16, generation: UInt16) -> Arrival {
        guard self.generation == generation else {
            self = HeardStream()
            (self.generation, newest, window) = (generation, sequence, 1)
            return .inOrder
        }
        let ahead = SequenceNumber(rawValue: newest).distance(to: SequenceNumber(rawValue: sequence))
        if ahead > 0 {
            window = ahead < 64 ? window &<< UInt64(ahead) | 1 : 1
            newest = sequence
            return ahead > 1 ? .afterGap : .inOrder
        }
        guard ahead > -64 else { return .tooOld }
        let bit: UInt64 = 1 &<< UInt64(-ahead)
        guard window & bit == 0 else { return .duplicate }
        window |= bit
        return .reordered
    }

    /// Takes a frame's receipt and due instants; gives the stream's jitter after it, in nanoseconds
    /// (RFC 3550 §6.4.1, with the due instant as the timestamp).
    mutating func noteTransit(_ received: UInt64, due: UInt64) -> UInt64? {
        let transit = Int64(bitPattern: received &- due)
        defer { self.transit = transit }
        guard self.transit != 0 else { return nil }
        jitter += (Float((transit - self.transit).magnitude) - jitter) / 16
        return UInt64(jitter)
    }
}
