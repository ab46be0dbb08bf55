public import LockFree

/// A microphone that hears nothing, for those who only listen.
public final class SilentSource: AudioSource {
    private let source: PacedSource

    public init(timing: DeviceTiming = .capture) {
        source = PacedSource(name: "silence", samples: [0], loops: true, timing: timing)
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
