import LockFree

/// Prepared samples, channels interleaved, given out in real time, as a microphone would. The monotonic clock beats the periods.
final class PacedSource: AudioSource {
    let name: String
    let channelCount: Int
    let periodSampleCount: Int
    private let samples: [Int16]
    private let loops: Bool
    private let thread: DeviceThread

    init(name: String, samples: [Int16], channelCount: Int = 1, loops: Bool, timing: DeviceTiming) {
        timing.validate()
        self.channelCount = channelCount
        self.name = name
        self.samples = samples
        self.loops = loops
        periodSampleCount = timing.periodSampleCount
        thread = DeviceThread(name: name)
    }

    deinit { thread.stop() }

    var statistics: AudioStatistics { thread.counters.snapshot }
    var state: AudioDeviceState { thread.state }
    func stop() { thread.stop() }

    func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        let (samples, loops, period) = (samples, loops, periodSampleCount)
        let channelCount = channelCount
        try thread.start(signal: signal, realtime: false) { thread in
            let feed = CaptureFeed(
                ring: ring, signal: signal, counters: thread.counters, channelCount: channelCount)
            let work = SampleBuffer(count: period * channelCount)
            var clock = PacedClock(periodNanoseconds: period * 1_000_000 / 48)
            var position = 0
            while !thread.mustStop {
                clock.wait()
                guard loops || position < samples.count else { return .ended }
                let buffer = unsafe work.all
                for index in 0..<period * channelCount {
                    unsafe buffer[index] = position < samples.count ? samples[position] : 0
                    position += 1
                    if loops, position == samples.count { position = 0 }
                }
                unsafe feed.deliver(work.first(period * channelCount))
            }
            return .stopped
        }
    }
}
