import SpeechProcessing

/// What becomes of the microphone's frames before anybody decides whether they are sent.
///
/// Holds what was played beside what is captured. Two channels are left as they are: their sum is only listened to for speech.
/// One owner at a time; nothing allocates after it was made.
@safe struct MicrophoneStage: ~Copyable {
    /// The latest frame, processed.
    let frame: UnsafeMutableBufferPointer<Int16>
    /// The same in one channel, if it has two.
    private let sum: UnsafeMutableBufferPointer<Int16>?
    private var processor: MicrophoneProcessor
    private var reference = EchoReference()

    init(settings: MicrophoneSettings, frameSampleCount: Int, channelCount: Int) throws(VoiceEngineError) {
        do throws(SpeechProcessingError) {
            processor = try MicrophoneProcessor(settings: settings, frameSampleCount: frameSampleCount)
        } catch {
            throw VoiceEngineError(.settingInvalid, "\(error)")
        }
        unsafe frame = .allocate(capacity: frameSampleCount * channelCount)
        unsafe frame.initialize(repeating: 0)
        unsafe sum = channelCount == 1 ? nil : .allocate(capacity: frameSampleCount)
        unsafe sum?.initialize(repeating: 0)
    }

    deinit {
        unsafe frame.deallocate()
        unsafe sum?.deallocate()
    }

    var settings: MicrophoneSettings { processor.settings }
    var speechProbability: Double { processor.speechProbability }

    /// Settings out of range are left as they were: ``VoiceEngine`` refuses them before. Of no effect on two channels.
    mutating func update(_ settings: MicrophoneSettings) {
        if unsafe sum == nil { try? processor.update(settings) }
    }

    /// Processes a copy of `samples` into ``frame``. `detectsSpeech`: ``speechProbability`` will be asked for.
    mutating func process(_ samples: UnsafeBufferPointer<Int16>, detectsSpeech: Bool) {
        _ = unsafe frame.update(fromContentsOf: samples)
        processor.detectsSpeech = detectsSpeech
        guard let sum = unsafe sum else { return unsafe processor.process(frame, &reference) }
        guard detectsSpeech else { return }
        for index in sum.indices {
            unsafe sum[index] = Int16((Int32(samples[2 * index]) + Int32(samples[2 * index + 1])) / 2)
        }
        unsafe processor.process(sum, &reference)
    }

    /// Takes sound on its way to the speaker.
    mutating func notePlayed(_ samples: UnsafeBufferPointer<Int16>, channelCount: Int) {
        unsafe reference.append(samples, channelCount: channelCount)
    }

    /// The microphone lost samples.
    mutating func skip(_ sampleCount: Int) { processor.skip(sampleCount, &reference) }

    /// What the devices report: samples between ``notePlayed(_:)`` and the air, and between the air and ``process(_:detectsSpeech:)``.
    mutating func align(playbackPending: Int, capturePending: Int) {
        processor.align(playbackPending: playbackPending, capturePending: capturePending, &reference)
    }

    func report(into statistics: inout MicrophoneStatistics) {
        statistics.echoPathChanges = UInt64(processor.pathChangeCount)
        statistics.clockJumps = UInt64(reference.jumpCount)
        statistics.clockDriftPartsPerMillion = reference.driftPartsPerMillion
        statistics.delayCorrectionMilliseconds = Double(reference.correctionSampleCount) / 48
    }
}

/// What the microphone's processing found out.
public struct MicrophoneStatistics: Equatable, Sendable, BitwiseCopyable {
    /// Times that the way from speaker to microphone was found to have changed.
    public var echoPathChanges: UInt64 = 0
    /// Times that the devices' reports of their delays jumped, as after lost sound.
    public var clockJumps: UInt64 = 0
    /// How much less lies between microphone and speaker than the devices report, in milliseconds, as found by listening for the echo; 0
    /// until it was.
    public var delayCorrectionMilliseconds = 0.0
    /// How far the speaker's clock runs ahead of the microphone's, in parts per million.
    public var clockDriftPartsPerMillion = 0.0

    public init() {}
}
