import Playout
package import SpeechProcessing
import VoiceSealing
import VoiceWire

/// Everything between the devices and the socket, without devices, socket, clock or thread.
///
/// Captured frames and received datagrams come in with the time; datagrams to send go to `emit`, events are returned,
/// sound to play is rendered on request. One owner at a time; no call allocates per frame.
@safe package struct VoicePipeline: ~Copyable {
    package typealias Emit = VoiceTransport.Emit

    private var transmitter: VoiceTransmitter
    private var transport = VoiceTransport()
    private var talkers: TalkerTable
    private var reports = PathReports()
    private var limiter = Limiter()
    private var isDeafened: Bool
    private var volume: Float
    private let mix: UnsafeMutableBufferPointer<Float>
    /// Channels of what is rendered.
    private let renderChannelCount: Int
    /// Counts of sessions that are over.
    private var pastCounts = VoiceCounters()

    /// Samples of one channel that one call of ``render(into:at:)`` takes at most: 60 ms.
    package static let renderSampleCountMax = 2_880

    /// Makes encoder, detector and tables. `renderSampleCount` is how much is rendered in one step, as a rule, in
    /// `renderChannelCount` channels, 1 or 2. Throws ``VoiceEngineError`` for a setting out of range.
    package init(
        _ configuration: VoiceEngineConfiguration, renderSampleCount: Int, renderChannelCount: Int = 1
    ) throws(VoiceEngineError) {
        precondition((1...2).contains(renderChannelCount), "a speaker has one channel or two")
        try configuration.validate()
        let random = randomBytes(6)
        transmitter = try VoiceTransmitter(
            configuration: configuration,
            sequence: SequenceNumber(rawValue: random[..<2].reduce(0) { $0 << 8 | UInt16($1) }),
            timestamp: MediaTimestamp(rawValue: random[2...].reduce(0) { $0 << 8 | UInt32($1) }))
        var playout = JitterBuffer.Configuration()
        playout.delayMillisecondsMax = configuration.playoutDelayMillisecondsMax
        playout.renderSampleCount = renderSampleCount
        talkers = TalkerTable(
            configuration: playout, channelCount: renderChannelCount, duckingDecibels: configuration.duckingDecibels)
        self.renderChannelCount = renderChannelCount
        isDeafened = configuration.isDeafened
        volume = configuration.volume.clampedToVolumeRange
        unsafe mix = .allocate(capacity: Self.renderSampleCountMax * renderChannelCount)
        unsafe mix.initialize(repeating: 0)
    }

    deinit { unsafe mix.deallocate() }

    /// Samples of one captured frame, in one channel.
    package var frameSampleCount: Int { transmitter.frameSampleCount }
    /// Channels of a captured frame.
    package var captureChannelCount: Int { transmitter.channelCount }

    // MARK: Session

    /// Begins a session in place of the one before, which is told goodbye through `emit`.
    package mutating func connect(_ newTransport: consuming VoiceTransport, emit: Emit) {
        leave(emit: emit)
        transmitter.setLimit(bytesPerSecond: newTransport.bytesPerSecondMax)
        transport = consume newTransport
    }

    /// Ends the session, if there is one, with a goodbye.
    package mutating func disconnect(emit: Emit) {
        leave(emit: emit)
        transport = VoiceTransport()
    }

    private mutating func leave(emit: Emit) {
        transport.sayGoodbye(.left, emit: emit)
        transport.addCounts(to: &pastCounts)
        transmitter.forgetTalkspurt()
        reports = PathReports()
        talkers.removeAll()
    }

    /// When ``tick(at:emit:)`` has something to do; nil: never.
    package var nextDeadline: MonotonicInstant? { transport.nextDeadline }

    /// The server has not answered for so long that a socket of another address should be tried.
    package func seemsStranded(at now: MonotonicInstant) -> Bool { transport.seemsStranded(at: now) }

    /// What a choice between two ways goes by.
    package var isOpen: Bool { transport.isOpen }
    package var heardCount: UInt64 { transport.heardCount }
    package var unansweredPingCount: Int { transport.unansweredPingCount }

    /// Asks whether another way than the one in use is open.
    package mutating func sendProbe(emit: Emit) { transport.sendProbe(emit: emit) }

    /// The relay is to learn of a new way at once.
    package mutating func hurry(at now: MonotonicInstant) { transport.hurry(at: now) }

    /// Does what is due.
    package mutating func tick(at now: MonotonicInstant, emit: Emit) -> VoiceEngineEvent? {
        transport.tick(at: now, emit: emit)
    }

    /// Takes a datagram of the session's socket, of any length and content.
    package mutating func receive(_ datagram: UnsafeRawBufferPointer, at now: MonotonicInstant) -> VoiceEngineEvent? {
        switch unsafe transport.receive(datagram, at: now) {
        case .nothing: return nil
        case .quality:
            let quality = transport.quality
            if let report = reports.notePong(
                uplinkLoss: quality.uplinkLoss, roundTripNanoseconds: quality.roundTripNanoseconds, at: now)
            {
                transmitter.note(report)
            }
            return nil
        case .event(let event): return event
        case .voice(let header):
            unsafe talkers.insert(header, body: transport.body, at: now)
            return nil
        case .bundle(var bundle):
            while let frame = unsafe transport.nextFrame(of: &bundle) {
                unsafe talkers.insert(frame.header, body: frame.bytes, at: now)
            }
            return nil
        }
    }

    // MARK: Sound

    /// Takes the microphone's next ``frameSampleCount`` samples of ``captureChannelCount`` channels, interleaved.
    package mutating func capture(_ samples: UnsafeBufferPointer<Int16>, emit: Emit) {
        unsafe transmitter.capture(samples, to: &transport, emit: emit)
    }

    /// The device lost this many samples of the microphone: time went on without them.
    package mutating func skipCapture(_ sampleCount: Int) { transmitter.skip(sampleCount) }

    /// What the devices report before a frame is captured: rendered samples that were not played yet, and captured ones, that
    /// frame's among them, that came to ``capture(_:emit:)`` not yet.
    package mutating func align(playbackPending: Int, capturePending: Int) {
        transmitter.align(playbackPending: playbackPending, capturePending: capturePending)
    }

    /// The microphone has no more: ends a talkspurt that is open.
    package mutating func endCapture(emit: Emit) {
        transmitter.endCapture(to: &transport, emit: emit)
    }

    /// Fills `output`, of at most ``renderSampleCountMax`` samples of each channel (interleaved), with what is heard from `now` on.
    package mutating func render(into output: UnsafeMutableBufferPointer<Int16>, at now: MonotonicInstant) {
        precondition(
            output.count <= Self.renderSampleCountMax * renderChannelCount, "rendered in steps of up to 60 ms")
        let step = unsafe UnsafeMutableBufferPointer(rebasing: mix[..<output.count])
        unsafe step.update(repeating: 0)
        // A deafened listener's buffers run on, so that hearing starts in the present.
        unsafe talkers.render(addingTo: step, masterVolume: isDeafened ? 0 : volume, at: now)
        unsafe limiter.process(UnsafeBufferPointer(step), into: output, channelCount: renderChannelCount)
        if isDeafened { unsafe output.update(repeating: 0) }
        unsafe transmitter.notePlayed(UnsafeBufferPointer(output), channelCount: renderChannelCount)
    }

    // MARK: Control

    package mutating func setMuted(_ isMuted: Bool) { transmitter.isMuted = isMuted }
    package mutating func setDeafened(_ isDeafened: Bool) { self.isDeafened = isDeafened }
    package mutating func setTransmitting(_ isTransmitting: Bool) { transmitter.isKeyDown = isTransmitting }
    package mutating func setActivation(_ settings: VoiceActivityGate.Settings) { transmitter.activation = settings }
    package mutating func setMode(_ mode: TransmissionMode) { transmitter.mode = mode }
    package mutating func setMicrophone(_ settings: MicrophoneSettings) { transmitter.microphoneSettings = settings }
    package mutating func setVolume(_ volume: Float) { self.volume = volume.clampedToVolumeRange }
    package mutating func setVolume(_ volume: Float, of voice: VoiceID) {
        talkers.setVolume(volume.clampedToVolumeRange, of: voice)
    }
    package mutating func setPriority(_ hasPriority: Bool, of voice: VoiceID) {
        talkers.setPriority(hasPriority, of: voice)
    }

    /// See ``VoiceEngine/setBitrate(_:)``.
    package mutating func setBitrate(_ bitsPerSecond: Int) { transmitter.setBitrate(bitsPerSecond) }
    /// See ``VoiceEngine/noteReception(_:)``.
    package mutating func noteReception(_ heard: HeardByOthers, at now: MonotonicInstant) {
        if let report = reports.note(heard, at: now) { transmitter.note(report) }
    }

    /// What it is doing now, into a record with room for all talkers. Does not allocate.
    package func report(into record: inout VoiceStatisticsRecord) {
        record.isConnected = transport.isOpen
        record.isTransmitting = transmitter.isInTalkspurt
        record.isMuted = transmitter.isMuted
        record.isDeafened = isDeafened
        record.mode = transmitter.mode
        record.microphoneSettings = transmitter.microphoneSettings
        transmitter.report(into: &record.microphone)
        record.inputLevel = transmitter.level
        record.roundTripNanoseconds = transport.quality.roundTripNanoseconds
        record.uplinkLoss = transport.quality.uplinkLoss
        var counters = pastCounts
        counters.framesSent = transmitter.sentCount
        counters.framesUnsent = transmitter.unsentCount
        counters.framesUnrepeated = transmitter.unrepeatedCount
        counters.samplesLimited = limiter.limitedCount
        transport.addCounts(to: &counters)
        record.talkerCount = talkers.report(into: &record.talkers, counters: &counters)
        record.counters = counters
    }

    /// ``report(into:)`` as a value. Allocates.
    package var statistics: VoiceStatistics {
        var record = VoiceStatisticsRecord()
        report(into: &record)
        return VoiceStatistics(record)
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension VoicePipeline: @unchecked Sendable {}

extension Float {
    /// Not a number becomes one.
    var clampedToVolumeRange: Float {
        let range = VoiceEngineConfiguration.volumeRange
        return isNaN ? 1 : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
