public import LockFree
import Synchronization

/// A WAV file as a speaker: records in real time what would be heard, as 48 kHz 16-bit samples, mono or stereo.
///
/// The file is whole at every moment: its header counts what is safely in it, and is brought up to date each second and at
/// the end, so that a killed program leaves a file that plays.
public final class WAVFileSink: AudioSink {
    public let name: String
    public let channelCount: Int
    public let periodSampleCount: Int
    private let thread: DeviceThread
    private let request = PlaybackRequest()
    /// Taken by the thread when it starts, closed by it when it ends.
    private let file: Mutex<SoundFile?>

    /// Creates the file, replacing what was there. Throws ``AudioDeviceError/Code/fileInaccessible``.
    public init(
        path: String, timing: DeviceTiming = .playback, channelCount: Int = 1
    ) throws(AudioDeviceError) {
        timing.validate()
        name = path
        self.channelCount = channelCount
        periodSampleCount = timing.periodSampleCount
        thread = DeviceThread(name: path)
        let created = try SoundFile(creating: path)
        try created.append(WAVWriter.header(sampleCount: 0, channelCount: channelCount))
        file = Mutex(created)
    }

    deinit { thread.stop() }

    public var statistics: AudioStatistics { thread.counters.snapshot }
    public var state: AudioDeviceState { thread.state }
    public func stop() { thread.stop() }
    public var wantedSampleCount: Int { request.wantedSampleCount }
    public func noteFilled() { request.answer() }

    public func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        guard let opened = file.withLock({ $0.take() }) else { preconditionFailure("an audio device is started once") }
        let recording = Recording(opened, path: name, channelCount: channelCount)
        let (period, channelCount) = (periodSampleCount, channelCount)
        let request = request
        try thread.start(signal: signal, realtime: false) { thread in
            var feed = PlaybackFeed(
                ring: ring, signal: signal, counters: thread.counters, request: request, channelCount: channelCount)
            let work = SampleBuffer(count: period * channelCount)
            var clock = PacedClock(periodNanoseconds: period * 1_000_000 / 48)
            do throws(AudioDeviceError) {
                while !thread.mustStop {
                    clock.wait()
                    _ = unsafe feed.fill(work.all, patienceNanoseconds: period * 1_000_000 / 64)
                    try recording.append(work)
                }
                try recording.finish()
                return .stopped
            } catch {
                return .failed(error)
            }
        }
    }
}

/// The growing file. Used by the device's thread alone.
private final class Recording: @unchecked Sendable {
    // Unchecked: made by the thread that starts the device's thread and handed to it.
    private let file: SoundFile
    private let path: String
    private let channelCount: Int
    /// Of all channels together.
    private var sampleCount = 0
    private var headerSampleCount = 0

    init(_ file: consuming SoundFile, path: String, channelCount: Int) {
        self.file = file
        self.path = path
        self.channelCount = channelCount
    }

    func append(_ samples: borrowing SampleBuffer) throws(AudioDeviceError) {
        guard sampleCount + samples.count <= WAVWriter.sampleCountMax else {
            try finish()
            throw AudioDeviceError(
                code: .fileTooLarge, device: path,
                message: "a WAV file holds no more than \(channelCount == 1 ? "12.4" : "6.2") hours; record to another")
        }
        let bytes = unsafe UnsafeRawBufferPointer(samples.all)
        try unsafe file.append(bytes)
        sampleCount += samples.count
        if sampleCount - headerSampleCount >= 48_000 * channelCount { try finish() }
    }

    /// Brings the header up to date.
    func finish() throws(AudioDeviceError) {
        try file.replace(at: 0, with: WAVWriter.header(sampleCount: sampleCount, channelCount: channelCount))
        headerSampleCount = sampleCount
    }
}
