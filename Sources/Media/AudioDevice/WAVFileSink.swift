public import LockFree
import Synchronization

/// A WAV file as a speaker: records in real time what would be heard, as 48 kHz mono 16-bit samples.
///
/// The file is whole at every moment: its header counts what is safely in it, and is brought up to date each second and at
/// the end, so that a killed program leaves a file that plays.
public final class WAVFileSink: AudioSink {
    public let name: String
    public let periodSampleCount: Int
    private let thread: DeviceThread
    private let request = PlaybackRequest()
    /// Taken by the thread when it starts, closed by it when it ends.
    private let file: Mutex<SoundFile?>

    /// Creates the file, replacing what was there. Throws ``AudioDeviceError/Code/fileInaccessible``.
    public init(path: String, timing: DeviceTiming = .playback) throws(AudioDeviceError) {
        timing.validate()
        name = path
        periodSampleCount = timing.periodSampleCount
        thread = DeviceThread(name: path)
        let created = try SoundFile(creating: path)
        try created.append(WAVWriter.header(sampleCount: 0))
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
        let recording = Recording(opened, path: name)
        let period = periodSampleCount
        let request = request
        try thread.start(signal: signal, realtime: false) { thread in
            var feed = PlaybackFeed(ring: ring, signal: signal, counters: thread.counters, request: request)
            let work = SampleBuffer(count: period)
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
    private var sampleCount = 0
    private var headerSampleCount = 0

    init(_ file: consuming SoundFile, path: String) {
        self.file = file
        self.path = path
    }

    func append(_ samples: borrowing SampleBuffer) throws(AudioDeviceError) {
        guard sampleCount + samples.count <= WAVWriter.sampleCountMax else {
            try finish()
            throw AudioDeviceError(
                code: .fileTooLarge, device: path,
                message: "a WAV file holds no more than 12.4 hours; record to another")
        }
        let bytes = unsafe UnsafeRawBufferPointer(samples.all)
        try unsafe file.append(bytes)
        sampleCount += samples.count
        if sampleCount - headerSampleCount >= 48_000 { try finish() }
    }

    /// Brings the header up to date.
    func finish() throws(AudioDeviceError) {
        try file.replace(at: 0, with: WAVWriter.header(sampleCount: sampleCount))
        headerSampleCount = sampleCount
    }
}
