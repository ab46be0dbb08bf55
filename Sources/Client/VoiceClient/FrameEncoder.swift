import OpusCodec
import VoiceWire

/// Encodes a talker's frames, and writes what follows each in its datagram: its level, and frames sent before it, as many
/// as the path needs, whole (``EarlierFrame``) or two at a time (``FramePair``).
///
/// The earlier frames are the same packets again: a second encoding at a lower bitrate would be shorter, but comes from an
/// encoder with another state, and the decoder is heard to stumble where it begins and ends (at 20 % loss 0.2 to 0.4 of
/// PESQ-WB, measured).
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe package struct FrameEncoder: ~Copyable {
    /// What each frame carries of those before it.
    package private(set) var carried = SenderAdaptation.Carried.nothing
    /// Bytes of earlier frames written so far, their blocks' heads included.
    package private(set) var redundantByteCount: UInt64 = 0
    /// Earlier frames that should have been carried and were not: too long for a block, too long ago, or the datagram full.
    package private(set) var unrepeatedCount: UInt64 = 0

    private var encoder: OpusEncoder
    /// The last ``keptMax`` frames, in a ring.
    private var sent = InlineArray<16, Sent>(repeating: Sent())
    private var sentCount = 0
    private var newest = 0
    private let packets: UnsafeMutableRawPointer

    private struct Sent: BitwiseCopyable {
        var sequence: SequenceNumber = 0
        var timestamp: MediaTimestamp = 0
        var flags: DatagramFlags = []
        var byteCount = 0

        func frame(before sequence: SequenceNumber, _ timestamp: MediaTimestamp) -> EarlierFrame {
            EarlierFrame(
                distance: self.sequence.distance(to: sequence),
                sampleDistance: self.timestamp.distance(to: timestamp),
                startsTalkspurt: flags.contains(.talkspurtStart), endsTalkspurt: flags.contains(.talkspurtEnd))
        }
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

    /// Changes bitrate, loss to provide for, and what is carried, from the next frame on; without
    /// ``OpusEncoderSettings/forwardErrorCorrection`` bitrate only. What the codec refuses changes nothing.
    package mutating func apply(_ provision: SenderAdaptation.Provision) {
        var settings = encoder.settings
        carried = settings.forwardErrorCorrection ? provision.carried : .nothing
        settings.bitsPerSecond = provision.bitsPerSecond
        settings.expectedLossPercent = settings.forwardErrorCorrection ? provision.expectedLossPercent : 0
        // Below it the bits that go above 8 kHz are missing under it.
        settings.isWideband = settings.application == .voip && provision.bitsPerSecond < Self.fullBandBitsPerSecondMin
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
        for index in 0..<SenderAdaptation.Carried.blockCountMax where carried[index].near > 0 {
            let region = unsafe UnsafeMutableRawBufferPointer(rebasing: space[result.byteCount...])
            guard let byteCount = unsafe write(carried[index], before: sequence, timestamp, to: region) else {
                continue
            }
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

    /// Bytes of the block; 0 where it cannot be written, nil where so much was not sent yet.
    private func write(
        _ block: SenderAdaptation.Carried.Block, before sequence: SequenceNumber, _ timestamp: MediaTimestamp,
        to region: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard block.near <= sentCount else { return nil }
        let nearSlot = slot(block.near)
        let near = sent[nearSlot].frame(before: sequence, timestamp)
        // The far one alone may be missing, or from before a pause too long for a block.
        if block.far > block.near, block.far <= sentCount {
            let farSlot = slot(block.far)
            let far = sent[farSlot].frame(before: sequence, timestamp)
            let pair = FramePair(near: near.distance, far: far.distance)
            if let one = FramePair.Member(near, opusByteCount: sent[nearSlot].byteCount),
                let other = FramePair.Member(far, opusByteCount: sent[farSlot].byteCount)
            {
                return unsafe pair.write((one, packet(nearSlot)), (other, packet(farSlot)), to: region)
            }
        }
        return unsafe near.write(packet(nearSlot), to: region)
    }

    private func slot(_ distance: Int) -> Int { (newest + Self.keptMax + 1 - distance) % Self.keptMax }

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

    /// More than any distance.
    private static let keptMax = 16
    private static let fullBandBitsPerSecondMin = 24_000
}

// One owner: a value that cannot be copied, over memory of its own.
extension FrameEncoder: @unchecked Sendable {}
