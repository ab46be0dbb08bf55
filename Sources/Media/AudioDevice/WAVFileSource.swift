public import LockFree

/// A WAV file as a microphone: played in real time by the monotonic clock, once or over and over.
public final class WAVFileSource: AudioSource {
    private let source: PacedSource

    /// Reads the whole file. Blocks on the disk. After a file that does not loop, ``state`` is
    /// ``AudioDeviceState/ended``; its last period is filled up with silence.
    ///
    /// Throws ``AudioDeviceError`` with one of the file codes.
    public convenience init(
        path: String, loops: Bool = false, timing: DeviceTiming = .capture
    ) throws(AudioDeviceError) {
        self.init(name: path, samples: try WAVAudio.read(path), loops: loops, timing: timing)
    }

    /// The same from samples in memory: 48 kHz, mono, at least one.
    public init(name: String, samples: [Int16], loops: Bool = false, timing: DeviceTiming = .capture) {
        precondition(!samples.isEmpty, "there is nothing to play")
        source = PacedSource(name: name, samples: samples, loops: loops, timing: timing)
    }

    public var name: String { source.name }
    public var periodSampleCount: Int { source.periodSampleCount }
    public var statistics: AudioStatistics { source.statistics }
    public var state: AudioDeviceState { source.state }
    public func stop() { source.stop() }

    public func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        try source.start(into: ring, signal: signal)
    }
}
