public import LockFree

/// A WAV file as a microphone: played in real time by the monotonic clock, once or over and over.
public final class WAVFileSource: AudioSource {
    private let source: PacedSource

    /// Reads the whole file. Blocks on the disk. After a file that does not loop, ``state`` is
    /// ``AudioDeviceState/ended``; its last period is filled up with silence.
    ///
    /// Throws ``AudioDeviceError`` with one of the file codes.
    public convenience init(
        path: String, loops: Bool = false, timing: DeviceTiming = .capture, channelCountMax: Int = 1
    ) throws(AudioDeviceError) {
        let (samples, channelCount) = try WAVAudio.read(path, channelCountMax: channelCountMax)
        self.init(name: path, samples: samples, channelCount: channelCount, loops: loops, timing: timing)
    }

    /// The same from samples in memory: 48 kHz, channels interleaved, at least one of each.
    public init(
        name: String, samples: [Int16], channelCount: Int = 1, loops: Bool = false, timing: DeviceTiming = .capture
    ) {
        precondition(!samples.isEmpty && samples.count.isMultiple(of: channelCount), "there is nothing to play")
        source = PacedSource(name: name, samples: samples, channelCount: channelCount, loops: loops, timing: timing)
    }

    public var name: String { source.name }
    public var channelCount: Int { source.channelCount }
    public var periodSampleCount: Int { source.periodSampleCount }
    public var statistics: AudioStatistics { source.statistics }
    public var state: AudioDeviceState { source.state }
    public func stop() { source.stop() }

    public func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        try source.start(into: ring, signal: signal)
    }
}
