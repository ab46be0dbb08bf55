import AudioDevice
import AudioTestSupport
import LockFree
import Testing

@Suite struct ALSACaptureTests {
    private static let clips = ["Front_Center", "Side_Left"]

    /// Speaks into the microphone and returns what the source named `device` captured of it.
    private func capture(_ speech: [Int16], _ device: @Sendable (VirtualDevices) -> String) throws -> (
        [Int16], AudioStatistics
    ) {
        let devices = try PulseAudioServer.shared().makeDevices()
        let source = try AudioSources.open(name: device(devices), timing: .patient)
        let harness = try DeviceHarness()
        try source.start(into: harness.ring, signal: harness.signal)
        #expect(harness.wait { harness.ring.readableCount > 0 })
        try devices.speak(speech)
        let spoken = harness.ring.readableCount
        #expect(harness.wait { harness.ring.readableCount > spoken + 9_600 })
        source.stop()
        #expect(source.state == .stopped)
        return (harness.takeAll(), source.statistics)
    }

    @Test("What is said into the microphone is captured whole", .timeLimit(.minutes(2)))
    func content() async throws {
        try await blocking {
            let speech = try TestSignal.conversation(Self.clips, pause: 4_800)
            let (captured, statistics) = try capture(speech) { $0.microphone }
            let foundAlignment = Alignment.find(speech, in: captured)
            let alignment = try #require(foundAlignment)
            #expect(alignment.correlation > 0.99, "\(alignment), \(statistics)")
            let gaps = GapFinder.gaps(speech, captured, offset: alignment.offset)
            #expect(gaps.isEmpty)
            #expect(statistics.sampleCount == captured.count + statistics.droppedSampleCount, "\(statistics)")
        }
    }

    @Test("A device at 44.1 kHz is resampled", .timeLimit(.minutes(2)))
    func otherRate() async throws {
        try await blocking {
            let speech = try TestSignal.conversation(Self.clips, pause: 4_800)
            let (captured, statistics) = try capture(speech) { $0.microphone44100 }
            let foundAlignment = Alignment.find(speech, in: captured)
            let alignment = try #require(foundAlignment)
            #expect(alignment.correlation > 0.95, "\(alignment), \(statistics)")
            let gaps = GapFinder.gaps(speech, captured, offset: alignment.offset)
            #expect(gaps.isEmpty)
        }
    }

    @Test("A device without 16-bit samples is opened through ALSA's plug layer")
    func otherFormat() throws {
        _ = try PulseAudioServer.shared()
        let source = try ALSASource(name: "roomtone_test_float")
        #expect(source.name == "roomtone_test_float")
        #expect(source.periodSampleCount == 240)
    }

    @Test("Where two channels are wanted and the device has one, there is one", arguments: [1, 2])
    func oneChannel(_ wanted: Int) throws {
        _ = try PulseAudioServer.shared()
        let source = try AudioSources.open(name: "roomtone_test_mono", channelCountMax: wanted)
        #expect(source.channelCount == 1)
        let sink = try AudioSinks.open(name: "roomtone_test_mono", channelCountMax: wanted)
        #expect(sink.channelCount == 1)
        // Not through plug, which would invent a second.
        #expect(source.name == "roomtone_test_mono" && sink.name == "roomtone_test_mono")
    }

    @Test("Samples that nobody takes are dropped and counted", .timeLimit(.minutes(2)))
    func fullRing() async throws {
        try await blocking {
            let devices = try PulseAudioServer.shared().makeDevices()
            let source = try ALSASource(name: devices.microphone)
            let harness = try DeviceHarness(ringCapacity: 1_024)
            try source.start(into: harness.ring, signal: harness.signal)
            #expect(harness.wait { source.statistics.droppedSampleCount > 0 })
            source.stop()
            #expect(harness.ring.readableCount == 1_024)
            #expect(source.statistics.sampleCount == 1_024 + source.statistics.droppedSampleCount)
        }
    }
}
