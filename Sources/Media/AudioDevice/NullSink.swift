public import LockFree

/// A speaker that nobody hears: takes periods in real time and drops them.
public final class NullSink: AudioSink {
    public let name = "silence"
    public let periodSampleCount: Int
    private let thread: DeviceThread
    private let request = PlaybackRequest()

    public init(timing: DeviceTiming = .playback) {
        timing.validate()
        periodSampleCount = timing.periodSampleCount
        thread = DeviceThread(name: name)
    }

    deinit { thread.stop() }

    public var statistics: AudioStatistics { thread.counters.snapshot }
    public var state: AudioDeviceState { thread.state }
    public func stop() { thread.stop() }
    public var wantedSampleCount: Int { request.wantedSampleCount }
    public func noteFilled() { request.answer() }

    public func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        let period = periodSampleCount
        let request = request
        try thread.start(signal: signal, realtime: false) { thread in
            var feed = PlaybackFeed(ring: ring, signal: signal, counters: thread.counters, request: request)
            let work = SampleBuffer(count: period)
            var clock = PacedClock(periodNanoseconds: period * 1_000_000 / 48)
            while !thread.mustStop {
                clock.wait()
                _ = unsafe feed.fill(work.all, patienceNanoseconds: period * 1_000_000 / 64)
            }
            return .stopped
        }
    }
}
