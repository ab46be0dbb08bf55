import OpusCodec
import VoiceWire

/// Encodes a talker's frames, and writes what follows each in its datagram: its level, and frames sent before it, as many
/// as the path needs.
///
/// The earlier frames are the same packets again: a second encoding at a lower bitrate would be shorter, but comes from an
/// encoder with another state, and the decoder would be heard to stumble where it begins and ends.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe package struct FrameEncoder: ~Copyable {
    /// Earlier frames carried by each, 0…``depthMax``.
    package private(set) var depth = 0
    /// Every which of the frames before is carried, 1…``spacingMax``.
    package private(set) var spacing = 1
    /// Bytes of earlier frames written so far, their blocks' heads included.
    package private(set) var redundantByteCount: UInt64 = 0
    /// Earlier frames that should have been carried and were not: too long for a block, too long ago, or the datagram full.
    package private(set) var unrepeatedCount: UInt64 = 0

    package static let depthMax = 2
    package static let spacingMax = 2

    private var encoder: OpusEncoder
    /// The last ``keptMax`` frames, in a ring.
    private var sent = InlineArray<4, Sent>(repeating: Sent())
    private var sentCount = 0
    private var newest = 0
    private let packets: UnsafeMutableRawPointer

    private struct Sent: BitwiseCopyable {
        var sequence: SequenceNumber = 0
        var timestamp: MediaTimestamp = 0
        var flags: DatagramFlags = []
        var byteCount = 0
    }

    /// A frame's bytes, as they stand at the start of the space given.
    package struct Written: Equatable, Sendable {
        package var opusByteCount: Int
        /// The Opus packet and the blocks behind it.
        package var byteCount: Int
    }

    package init(settings: OpusEncoderSettings) throws(OpusError) {
        encoder = try OpusEncoder(settings: settings)
        unsafe packets = .allocate(byteCount: Self.keptMax * EarlierFrame.opusBytesMax, alignment: 1)
    }

    deinit { unsafe packets.deallocate() }

    package var settings: OpusEncoderSettings { encoder.settings }

    /// Changes bitrate, loss to provide for, and depth, from the next frame on; without
    /// ``OpusEncoderSettings/forwardErrorCorrection`` bitrate only. What the codec refuses changes nothing.
    package mutating func apply(_ provision: SenderAdaptation.Provision) {
        var settings = encoder.settings
        spacing = min(max(provision.spacing, 1), Self.spacingMax)
        depth = settings.forwardErrorCorrection ? min(max(provision.depth, 0), Self.depthMax) : 0
        settings.bitsPerSecond = provision.bitsPerSecond
        settings.expectedLossPercent = settings.forwardErrorCorrection ? provision.expectedLossPercent : 0
        guard settings != encoder.settings else { return }
        try? encoder.update(settings)
    }

    /// Encodes the next frame to the start of `space`, which has room for a datagram's body, and its level behind it.
    package mutating func encode(
        _ samples: UnsafeBufferPointer<Int16>, level: UInt8, into space: UnsafeMutableRawBufferPointer
    ) throws(OpusError) -> Written {
        let packet = unsafe UnsafeMutableRawBufferPointer(rebasing: space[..<VoiceWireLimits.opusBytesMax])
        let opusByteCount = try unsafe encoder.encode(samples, into: packet)
        let region = unsafe UnsafeMutableRawBufferPointer(rebasing: space[opusByteCount...])
        unsafe ExtensionBlocks.writeAudioLevel(level, to: region)
        return Written(opusByteCount: opusByteCount, byteCount: opusByteCount + ExtensionBlocks.audioLevelByteCount)
    }

    /// Appends the frames before the one in `space`, which is going to be sent, and keeps it for those after it.
    package mutating func repeatEarlier(
        in space: UnsafeMutableRawBufferPointer, after written: Written, sequence: SequenceNumber,
        timestamp: MediaTimestamp, flags: DatagramFlags
    ) -> Written {
        var result = written
        for step in 1...Self.depthMax where step <= depth && step * spacing <= sentCount {
            let slot = (newest + Self.keptMax + 1 - step * spacing) % Self.keptMax
            let earlier = sent[slot]
            let frame = EarlierFrame(
                distance: earlier.sequence.distance(to: sequence),
                sampleDistance: earlier.timestamp.distance(to: timestamp),
                startsTalkspurt: earlier.flags.contains(.talkspurtStart),
                endsTalkspurt: earlier.flags.contains(.talkspurtEnd))
            let region = unsafe UnsafeMutableRawBufferPointer(rebasing: space[result.byteCount...])
            let byteCount = unsafe frame.write(packet(slot), to: region)
            if byteCount == 0 { unrepeatedCount += 1 }
            redundantByteCount += UInt64(byteCount)
            result.byteCount += byteCount
        }
        unsafe keep(
            UnsafeRawBufferPointer(rebasing: space[..<written.opusByteCount]), sequence, timestamp, flags)
        return result
    }

    /// Forgets the frames sent before: they belong to a session that is over.
    package mutating func forgetSent() { sentCount = 0 }

    private func packet(_ slot: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: packets + slot * EarlierFrame.opusBytesMax, count: sent[slot].byteCount)
    }

    /// A packet that fits no block is kept without bytes.
    private mutating func keep(
        _ opus: UnsafeRawBufferPointer, _ sequence: SequenceNumber, _ timestamp: MediaTimestamp, _ flags: DatagramFlags
    ) {
        newest = (newest + 1) % Self.keptMax
        let fits = opus.count <= EarlierFrame.opusBytesMax
        sent[newest] = Sent(sequence: sequence, timestamp: timestamp, flags: flags, byteCount: fits ? opus.count : 0)
        if fits, let source = opus.baseAddress {
            unsafe (packets + newest * EarlierFrame.opusBytesMax).copyMemory(from: source, byteCount: opus.count)
        }
        sentCount = min(sentCount + 1, Self.keptMax)
    }

    private static let keptMax = depthMax * spacingMax
}

// One owner: a value that cannot be copied, over memory of its own.
extension FrameEncoder: @unchecked Sendable {}
