import COpus

/// Turns one talker's Opus packets (RFC 6716) into 48 kHz Int16 samples, and fills in what was lost.
///
/// One owner at a time: it may move between threads, but cannot be shared. Memory is taken when it is made;
/// decoding neither allocates nor blocks. Packets may come from anyone: a hostile one gives an error and leaves the
/// decoder usable.
@safe public struct OpusDecoder: ~Copyable {
    /// Channels in the output, 1 or 2, whatever the packets hold: stereo is mixed down, mono doubled.
    public private(set) var channelCount: Int
    /// The most that ``reset(channelCount:)`` may ask for.
    public let channelCountMax: Int

    /// No packet holds more samples in a channel: 120 ms (RFC 6716 §3.1).
    public static let packetSampleCountMax = 5_760

    /// Concealment and error correction fill multiples of 2.5 ms.
    public static let concealmentSampleStep = 120

    private let state: OpaquePointer

    /// Makes a decoder with memory for `channelCountMax` channels, or as many as it begins with. Allocates.
    /// Throws ``OpusError/settingOutOfRange(_:)``.
    public init(channelCount: Int = 1, channelCountMax: Int? = nil) throws(OpusError) {
        let channelCountMax = channelCountMax ?? channelCount
        guard (1...2).contains(channelCountMax), (1...channelCountMax).contains(channelCount) else {
            throw .settingOutOfRange(.channelCount)
        }
        let byteCount = Int(opus_decoder_get_size(Int32(channelCountMax)))
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: Self.stateAlignment)
        do throws(OpusError) {
            _ = try checkedCount(unsafe opus_decoder_init(OpaquePointer(memory), 48_000, Int32(channelCount)))
        } catch {
            unsafe memory.deallocate()
            throw error
        }
        unsafe state = OpaquePointer(memory)
        self.channelCount = channelCount
        self.channelCountMax = channelCountMax
    }

    // Made in memory of our own, of which the library keeps nothing.
    deinit { unsafe UnsafeMutableRawPointer(state).deallocate() }

    /// Decodes one packet; returns the samples written, per channel (interleaved where there are two).
    ///
    /// - Parameters:
    ///   - packet: one whole Opus packet, of any frame duration and channel count.
    ///   - output: room for all of it; ``packetSampleCountMax`` × ``channelCount`` always suffices.
    /// - Throws: ``OpusError/malformedPacket``: count it and ``conceal(into:sampleCount:)``;
    ///   ``OpusError/outputTooSmall(needed:actual:)``: nothing was decoded.
    public mutating func decode(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Int16>
    ) throws(OpusError) -> Int {
        let sampleCount = try unsafe OpusPacket.sampleCount(of: packet)
        return try unsafe run(packet, sampleCount: sampleCount, errorCorrection: false, into: output)
    }

    /// Rebuilds the lost frame before `nextPacket` from the coarse copy inside it; returns the samples written, per
    /// channel. Decode `nextPacket` itself afterwards, as usual.
    ///
    /// Where the packet carries no copy (``OpusPacket/hasForwardErrorCorrection(_:)``), this conceals.
    ///
    /// - Parameter sampleCount: the length of what is missing in one channel: a multiple of
    ///   ``concealmentSampleStep``, up to ``packetSampleCountMax``.
    /// - Throws: ``OpusError/wrongSampleCount(expected:actual:)``, ``OpusError/outputTooSmall(needed:actual:)``,
    ///   or ``OpusError/malformedPacket``: conceal instead.
    public mutating func decodeForwardErrorCorrection(
        from nextPacket: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Int16>, sampleCount: Int
    ) throws(OpusError) -> Int {
        try Self.checkConcealable(sampleCount)
        _ = try unsafe OpusPacket.sampleCount(of: nextPacket)
        return try unsafe run(nextPacket, sampleCount: sampleCount, errorCorrection: true, into: output)
    }

    /// Invents `sampleCount` samples per channel that continue what was decoded last and fade if called again and
    /// again; returns the samples written, per channel. Before the first packet it gives silence.
    ///
    /// Throws ``OpusError/wrongSampleCount(expected:actual:)`` unless the count is a multiple of
    /// ``concealmentSampleStep`` up to ``packetSampleCountMax``, or ``OpusError/outputTooSmall(needed:actual:)``.
    public mutating func conceal(
        into output: UnsafeMutableBufferPointer<Int16>, sampleCount: Int
    ) throws(OpusError) -> Int {
        try Self.checkConcealable(sampleCount)
        let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        return try unsafe run(nothing, sampleCount: sampleCount, errorCorrection: false, into: output)
    }

    /// Forgets what was decoded before, as when a talker starts anew.
    public mutating func reset() {
        _ = unsafe roomtone_opus_decoder_reset(state)
    }

    /// Forgets what was decoded before, and gives another number of channels from now on. Does not allocate.
    /// Throws ``OpusError/settingOutOfRange(_:)`` outside of 1…``channelCountMax``.
    public mutating func reset(channelCount: Int) throws(OpusError) {
        guard (1...channelCountMax).contains(channelCount) else { throw .settingOutOfRange(.channelCount) }
        _ = try checkedCount(unsafe opus_decoder_init(state, 48_000, Int32(channelCount)))
        self.channelCount = channelCount
    }

    /// The one call into the library. An empty packet asks it for concealment; `sampleCount` bounds what it writes.
    private mutating func run(
        _ packet: UnsafeRawBufferPointer, sampleCount: Int, errorCorrection: Bool,
        into output: UnsafeMutableBufferPointer<Int16>
    ) throws(OpusError) -> Int {
        let needed = sampleCount * channelCount
        guard let target = output.baseAddress, output.count >= needed else {
            throw .outputTooSmall(needed: needed, actual: output.count)
        }
        let decoded = try checkedCount(
            unsafe opus_decode(
                state, packet.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(packet.count),
                target, Int32(sampleCount), errorCorrection ? 1 : 0))
        guard decoded == sampleCount else { throw .malformedPacket }
        return decoded
    }

    /// As of malloc(3), with which the library would have made it.
    private static let stateAlignment = 16

    private static func checkConcealable(_ sampleCount: Int) throws(OpusError) {
        let nearest = max(concealmentSampleStep, sampleCount - sampleCount % concealmentSampleStep)
        guard nearest == sampleCount, sampleCount <= packetSampleCountMax else {
            throw .wrongSampleCount(expected: min(nearest, packetSampleCountMax), actual: sampleCount)
        }
    }
}

// One owner: every use of the state goes through a mutating method of a type that cannot be copied.
extension OpusDecoder: @unchecked Sendable {}
