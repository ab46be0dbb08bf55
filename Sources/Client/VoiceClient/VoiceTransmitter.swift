import OpusCodec
import Playout
import SpeechProcessing
import VoiceWire

/// The microphone's side: decides what is sent, encodes it and hands it to the transport.
///
/// The timestamp counts captured samples, sent or not; the sequence number counts frames sent. A talkspurt's first
/// frame carries the start flag, and the frame in which it ends the end flag: one frame more than the key was down,
/// so that every listener goes silent at once instead of concealing.
///
/// One owner at a time; nothing allocates after it was made.
@safe struct VoiceTransmitter: ~Copyable {
    var mode: TransmissionMode
    var isKeyDown = false
    var isMuted: Bool
    /// Level of the latest frame, 0…127 in −dBov, sent or not.
    private(set) var level: UInt8 = 127
    private(set) var isInTalkspurt = false
    /// The frame sent last said that silence begins; until there is more to say nothing is sent.
    private var isPausing = false
    private(set) var sentCount: UInt64 = 0
    private(set) var unsentCount: UInt64 = 0

    var unrepeatedCount: UInt64 { encoder.unrepeatedCount }

    /// Samples of a frame, in one channel.
    let frameSampleCount: Int
    /// Channels of a frame, interleaved.
    let channelCount: Int
    private var encoder: FrameEncoder
    private var adaptation: SenderAdaptation
    private var bitrate: BitrateLimits
    private let usesDiscontinuousTransmission: Bool
    private var gate: VoiceActivityGate
    private var preroll: PrerollBuffer
    private var microphone: MicrophoneStage
    private let scratch: UnsafeMutableBufferPointer<Int16>
    private var sequence: SequenceNumber
    private var timestamp: MediaTimestamp

    /// Frames that are at least as long, 10 ms, may be left out in silence.
    static let pausingSampleCountMin = 480

    /// `sequence` and `timestamp` are where counting starts; random ones tell a restart from a repetition.
    init(
        configuration: VoiceEngineConfiguration, sequence: SequenceNumber, timestamp: MediaTimestamp
    ) throws(VoiceEngineError) {
        var settings = configuration.encoder
        // What follows a frame into a pause would be waited for: with the shortest frames there is no time for that.
        if settings.frameDuration.sampleCount < Self.pausingSampleCountMin {
            settings.discontinuousTransmission = false
        }
        let encoder = try Self.makeEncoder(settings)
        let microphone = try MicrophoneStage(
            settings: configuration.microphone, frameSampleCount: settings.frameDuration.sampleCount,
            channelCount: settings.channelCount)
        self.encoder = encoder
        self.microphone = microphone
        mode = configuration.mode
        isMuted = configuration.isMuted
        frameSampleCount = settings.frameDuration.sampleCount
        channelCount = settings.channelCount
        bitrate = BitrateLimits(wanted: settings.bitsPerSecond, frameSampleCount: frameSampleCount)
        adaptation = SenderAdaptation(limits: bitrate.limits)
        usesDiscontinuousTransmission = settings.discontinuousTransmission
        gate = VoiceActivityGate(settings: configuration.activation)
        preroll = PrerollBuffer(
            frameCountMax: max(1, VoiceActivityGate.prerollSampleCountMax / frameSampleCount),
            frameSampleCount: settings.samplesPerFrame)
        unsafe scratch = .allocate(capacity: settings.samplesPerFrame)
        unsafe scratch.initialize(repeating: 0)
        self.sequence = sequence
        self.timestamp = timestamp
    }

    deinit { unsafe scratch.deallocate() }

    /// Takes one frame of ``frameSampleCount`` samples of each channel and sends it, and what belongs before it, as mode and mute say.
    mutating func capture(
        _ samples: UnsafeBufferPointer<Int16>, to transport: inout VoiceTransport, emit: VoiceTransport.Emit
    ) {
        precondition(samples.count == frameSampleCount * channelCount, "a frame has \(frameSampleCount) samples")
        unsafe microphone.process(samples, detectsSpeech: mode == .voiceActivated && !isMuted)
        unsafe transmit(UnsafeBufferPointer(microphone.frame), to: &transport, emit: emit)
    }

    /// What opens and closes voice activation.
    var activation: VoiceActivityGate.Settings {
        get { gate.settings }
        set { gate.settings = newValue }
    }

    private mutating func transmit(
        _ samples: UnsafeBufferPointer<Int16>, to transport: inout VoiceTransport, emit: VoiceTransport.Emit
    ) {
        defer { timestamp = timestamp.advanced(by: frameSampleCount) }
        level = unsafe AudioLevel.negativeDecibelsOverload(of: samples)
        let decision = unsafe decide(samples)
        guard transport.isOpen else { return forgetTalkspurt() }
        switch decision {
        case .silent:
            // Muted, or switched to a mode that is silent now: what the microphone hears may not be sent any more.
            endTalkspurt(to: &transport, emit: emit)
        case .began, .continues:
            preroll.keepNewest(max(1, gate.prerollSampleCount / frameSampleCount))
            sendPreroll(to: &transport, emit)
            unsafe send(samples, level: level, isLast: false, to: &transport, emit)
        case .ended:
            unsafe send(samples, level: level, isLast: true, to: &transport, emit)
        }
    }

    /// The microphone, or the file in its place, has nothing more to give: a talkspurt that is open ends, and no level stands
    /// as if it were still heard.
    mutating func endCapture(to transport: inout VoiceTransport, emit: VoiceTransport.Emit) {
        level = 127
        endTalkspurt(to: &transport, emit: emit)
    }

    /// Ends a talkspurt that is open with a frame of silence.
    mutating func endTalkspurt(to transport: inout VoiceTransport, emit: VoiceTransport.Emit) {
        guard isInTalkspurt else { return }
        unsafe scratch.update(repeating: 0)
        unsafe send(UnsafeBufferPointer(scratch), level: 127, isLast: true, to: &transport, emit)
    }

    /// The session is over, or another begins: its first frame starts a talkspurt.
    mutating func forgetTalkspurt() {
        isInTalkspurt = false
        isPausing = false
        preroll.removeAll()
        encoder.forgetSent()
    }

    /// Time passes without sound: the device lost these samples.
    mutating func skip(_ sampleCount: Int) {
        timestamp = timestamp.advanced(by: sampleCount)
        microphone.skip(sampleCount)
    }

    /// What is done to the microphone's sound, from the next frame on. Does not allocate.
    var microphoneSettings: MicrophoneSettings {
        get { microphone.settings }
        set { microphone.update(newValue) }
    }

    /// Takes sound on its way to the speaker: what of it the microphone hears is echo.
    mutating func notePlayed(_ samples: UnsafeBufferPointer<Int16>, channelCount: Int) {
        unsafe microphone.notePlayed(samples, channelCount: channelCount)
    }

    /// Samples that wait to be played, and captured ones that wait for ``capture(_:to:emit:)``.
    mutating func align(playbackPending: Int, capturePending: Int) {
        microphone.align(playbackPending: playbackPending, capturePending: capturePending)
    }

    func report(into statistics: inout MicrophoneStatistics) { microphone.report(into: &statistics) }

    /// Lets the encoder provide for what the path does, from the next frame on. Does not allocate.
    mutating func note(_ report: SenderAdaptation.Report) { encoder.apply(adaptation.note(report)) }

    /// What the sound itself is to have, where path and limit allow it. Does not allocate.
    mutating func setBitrate(_ bitsPerSecond: Int) {
        bitrate.wanted = bitsPerSecond
        encoder.apply(adaptation.setLimits(bitrate.limits))
    }

    /// What the relay takes of this session, datagrams whole; nil: it did not say. Does not allocate.
    mutating func setLimit(bytesPerSecond: Int?) {
        bitrate.bytesPerSecondMax = bytesPerSecond
        encoder.apply(adaptation.setLimits(bitrate.limits))
    }

    private mutating func decide(_ samples: UnsafeBufferPointer<Int16>) -> VoiceActivityGate.Decision {
        guard !isMuted else {
            gate.close()
            preroll.removeAll()
            return .silent
        }
        switch mode {
        case .continuous: return .continues
        case .pushToTalk:
            if isKeyDown { return .continues }
            return isInTalkspurt ? .ended : .silent
        case .voiceActivated:
            let decision = unsafe judge(samples)
            if case .silent = decision, !isInTalkspurt { unsafe preroll.keep(samples) }
            return decision
        }
    }

    private mutating func judge(_ samples: UnsafeBufferPointer<Int16>) -> VoiceActivityGate.Decision {
        gate.judge(
            probability: microphone.speechProbability, levelDecibels: unsafe AudioLevel.decibels(of: samples),
            sampleCount: frameSampleCount)
    }

    private mutating func sendPreroll(to transport: inout VoiceTransport, _ emit: VoiceTransport.Emit) {
        let now = timestamp
        while preroll.frameCount > 0 {
            timestamp = now.advanced(by: -preroll.frameCount * frameSampleCount)
            guard unsafe preroll.takeOldest(into: scratch) else { break }
            let level = unsafe AudioLevel.negativeDecibelsOverload(of: UnsafeBufferPointer(scratch))
            unsafe send(UnsafeBufferPointer(scratch), level: level, isLast: false, to: &transport, emit)
        }
        timestamp = now
    }

    private mutating func send(
        _ samples: UnsafeBufferPointer<Int16>, level: UInt8, isLast: Bool, to transport: inout VoiceTransport,
        _ emit: VoiceTransport.Emit
    ) {
        var flags: DatagramFlags = isInTalkspurt ? [] : .talkspurtStart
        if isLast { flags.insert(.talkspurtEnd) }
        isInTalkspurt = !isLast
        let space = unsafe transport.frameSpace
        guard let encoded = try? unsafe encoder.encode(samples, level: level, into: space) else {
            unsentCount += 1
            return
        }
        // The first frame of a silence is sent, so that listeners stop waiting for more at once.
        let isSilence = usesDiscontinuousTransmission && encoded.opusByteCount <= OpusPacket.silenceByteCountMax
        if isSilence, isPausing, flags.isEmpty { return }
        isPausing = isSilence
        let written = unsafe encoder.repeatEarlier(
            in: space, after: encoded, sequence: sequence, timestamp: timestamp, flags: flags)
        let isSent = transport.sendFrame(
            flags: flags, sequence: sequence, timestamp: timestamp, opusByteCount: written.opusByteCount,
            byteCount: written.byteCount, emit: emit)
        sequence = sequence.advanced(by: 1)
        if isSent { sentCount += 1 } else { unsentCount += 1 }
    }

    private static func makeEncoder(_ settings: OpusEncoderSettings) throws(VoiceEngineError) -> FrameEncoder {
        do {
            return try FrameEncoder(settings: settings)
        } catch {
            throw VoiceEngineError(.settingInvalid, "\(error)")
        }
    }
}
