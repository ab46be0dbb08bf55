import COpus

/// Turns 48 kHz Int16 samples into Opus packets (RFC 6716).
///
/// One owner at a time: it may move between threads, but cannot be shared. Memory is taken when it is made;
/// encoding neither allocates nor blocks.
@safe public struct OpusEncoder: ~Copyable {
    /// What the encoder does now; change it with ``update(_:)``.
    public private(set) var settings: OpusEncoderSettings

    /// Samples by which decoded sound lags the input, per channel: 312 (6.5 ms), or 120 with restricted low delay.
    public let lookaheadSampleCount: Int

    /// No packet is longer, at any setting: three 20 ms frames of 1,275 bytes and their lengths (RFC 6716 §3.2).
    public static let packetBytesMax = 3 * 1_275 + 7

    private let state: OpaquePointer

    /// Makes an encoder. Allocates. Throws ``OpusError/settingOutOfRange(_:)`` or ``OpusError/outOfMemory``.
    public init(settings: OpusEncoderSettings = OpusEncoderSettings()) throws(OpusError) {
        try settings.validate()
        var status: Int32 = OPUS_OK
        let created = unsafe opus_encoder_create(
            48_000, Int32(settings.channelCount), settings.application.libraryValue, &status)
        guard status == OPUS_OK, let created = unsafe created else {
            throw status == OPUS_OK ? .outOfMemory : .library(code: status)
        }
        do throws(OpusError) {
            try unsafe Self.apply(settings, replacing: nil, to: created)
            var lookahead: Int32 = 0
            _ = try checkedCount(unsafe roomtone_opus_encoder_get(created, OPUS_GET_LOOKAHEAD_REQUEST, &lookahead))
            lookaheadSampleCount = Int(lookahead)
        } catch {
            unsafe opus_encoder_destroy(created)
            throw error
        }
        unsafe state = created
        self.settings = settings
    }

    deinit { unsafe opus_encoder_destroy(state) }

    /// Encodes one frame; returns the packet's length in bytes.
    ///
    /// - Parameters:
    ///   - samples: exactly ``OpusEncoderSettings/samplesPerFrame`` samples, stereo interleaved.
    ///   - output: receives the packet. Its size is a hard cap that lowers quality when it binds;
    ///     ``packetBytesMax`` never binds.
    /// - Throws: ``OpusError/wrongSampleCount(expected:actual:)`` or ``OpusError/outputTooSmall(needed:actual:)``;
    ///   the encoder stays usable.
    /// With discontinuous transmission a length of 1 or 2 means silence: the packet need not be sent.
    public mutating func encode(
        _ samples: UnsafeBufferPointer<Int16>, into output: UnsafeMutableRawBufferPointer
    ) throws(OpusError) -> Int {
        guard let input = samples.baseAddress, samples.count == settings.samplesPerFrame else {
            throw .wrongSampleCount(expected: settings.samplesPerFrame, actual: samples.count)
        }
        guard let target = output.baseAddress, output.count >= Self.outputBytesMin else {
            throw .outputTooSmall(needed: Self.outputBytesMin, actual: output.count)
        }
        let room = min(output.count, Self.packetBytesMax)
        let length = try checkedCount(
            unsafe opus_encode(
                state, input, Int32(settings.frameDuration.sampleCount),
                target.assumingMemoryBound(to: UInt8.self), Int32(room)))
        guard (1...room).contains(length) else { throw .library(code: OPUS_INTERNAL_ERROR) }
        return length
    }

    /// Changes settings between two frames, without a gap in the sound. Does not allocate.
    ///
    /// Throws ``OpusError/settingOutOfRange(_:)``, or ``OpusError/settingFixed(_:)`` for a new channel count or
    /// application; the settings in force stay as they were.
    public mutating func update(_ newSettings: OpusEncoderSettings) throws(OpusError) {
        try newSettings.validate()
        guard newSettings.channelCount == settings.channelCount else { throw .settingFixed(.channelCount) }
        guard newSettings.application == settings.application else { throw .settingFixed(.application) }
        try unsafe Self.apply(newSettings, replacing: settings, to: state)
        settings = newSettings
    }

    /// Goes on where `other` is: from the next frame on both give the same packets for the same sound, so that who decoded the
    /// one's so far can decode the other's without noticing. Takes the settings, too. Does not allocate.
    ///
    /// Throws ``OpusError/settingFixed(_:)`` where channel count or application differ; nothing has changed then.
    public mutating func continueFrom(_ other: borrowing OpusEncoder) throws(OpusError) {
        guard other.settings.channelCount == settings.channelCount else { throw .settingFixed(.channelCount) }
        guard other.settings.application == settings.application else { throw .settingFixed(.application) }
        // The state is one contiguous block without pointers into itself (opus.h, "Opus Encoder").
        let byteCount = Int(opus_encoder_get_size(Int32(settings.channelCount)))
        unsafe UnsafeMutableRawPointer(state).copyMemory(from: UnsafeRawPointer(other.state), byteCount: byteCount)
        settings = other.settings
    }

    /// From now on each packet is coded without regard to those before it, or no longer: somebody who has not decoded them can
    /// begin with any. Costs quality while it lasts. Does not allocate.
    public mutating func setIndependent(_ isIndependent: Bool) {
        _ = unsafe roomtone_opus_encoder_set(state, OPUS_SET_PREDICTION_DISABLED_REQUEST, isIndependent ? 1 : 0)
    }

    /// Forgets what was encoded before, as at the start of a new talkspurt after a long pause. Keeps the settings.
    public mutating func reset() {
        _ = unsafe roomtone_opus_encoder_reset(state)
    }

    /// Tells the library what differs from `old`; everything where there is none.
    private static func apply(
        _ new: OpusEncoderSettings, replacing old: OpusEncoderSettings?, to state: OpaquePointer
    ) throws(OpusError) {
        func set(_ request: Int32, _ value: Int, was previous: Int?) throws(OpusError) {
            guard value != previous else { return }
            _ = try checkedCount(unsafe roomtone_opus_encoder_set(state, request, Int32(value)))
        }
        try set(OPUS_SET_BITRATE_REQUEST, new.bitsPerSecond, was: old?.bitsPerSecond)
        try set(OPUS_SET_COMPLEXITY_REQUEST, new.complexityInForce, was: old?.complexityInForce)
        try set(OPUS_SET_VBR_REQUEST, new.variableBitrate ? 1 : 0, was: old.map { $0.variableBitrate ? 1 : 0 })
        try set(
            OPUS_SET_INBAND_FEC_REQUEST, new.forwardErrorCorrection ? 1 : 0,
            was: old.map { $0.forwardErrorCorrection ? 1 : 0 })
        try set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, new.expectedLossPercent, was: old?.expectedLossPercent)
        try set(
            OPUS_SET_MAX_BANDWIDTH_REQUEST,
            Int(new.isWideband ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND),
            was: old.map { Int($0.isWideband ? OPUS_BANDWIDTH_WIDEBAND : OPUS_BANDWIDTH_FULLBAND) })
        try set(OPUS_SET_SIGNAL_REQUEST, new.signal.libraryValue, was: old?.signal.libraryValue)
        try set(
            OPUS_SET_DTX_REQUEST, new.discontinuousTransmission ? 1 : 0,
            was: old.map { $0.discontinuousTransmission ? 1 : 0 })
    }

    /// Below this the library could only answer with an error or an empty frame.
    private static let outputBytesMin = 4
}

// One owner: every use of the state goes through a mutating method of a type that cannot be copied.
extension OpusEncoder: @unchecked Sendable {}

extension OpusEncoderSettings.Signal {
    fileprivate var libraryValue: Int {
        switch self {
        case .automatic: Int(OPUS_AUTO)
        case .voice: Int(OPUS_SIGNAL_VOICE)
        case .music: Int(OPUS_SIGNAL_MUSIC)
        }
    }
}

extension OpusEncoderSettings.Application {
    fileprivate var libraryValue: Int32 {
        switch self {
        case .voip: OPUS_APPLICATION_VOIP
        case .audio: OPUS_APPLICATION_AUDIO
        case .restrictedLowDelay: OPUS_APPLICATION_RESTRICTED_LOWDELAY
        }
    }
}
