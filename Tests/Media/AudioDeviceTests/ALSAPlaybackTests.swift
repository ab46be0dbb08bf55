import AudioDevice
import AudioTestSupport
import LockFree
import Testing

@Suite struct ALSAPlaybackTests {
    /// Plays `speech` and returns what came out of the speaker, and what the sink counted.
    private func play(
        _ speech: [Int16], channelCount: Int = 1, _ device: @Sendable (VirtualDevices) -> String
    ) throws -> (heard: [Int16], statistics: AudioStatistics) {
        let devices = try PulseAudioServer.shared().makeDevices()
        let recording = try devices.listen()
        let sink = try AudioSinks.open(name: device(devices), timing: .patient, channelCountMax: channelCount)
        #expect(sink.channelCount == channelCount)
        let harness = try DeviceHarness()
        #expect(harness.put(speech) == speech.count)
        try sink.start(from: harness.ring, signal: harness.signal)
        let drained = harness.wait { harness.ring.readableCount == 0 || sink.state != .running }
        #expect(drained && sink.state == .running, "\(sink.state), \(sink.statistics)")
        let statistics = sink.statistics
        let heard = try recording.samples(atLeast: recording.sampleCount + 24_000)
        sink.stop()
        return (heard, statistics)
    }

    @Test("What is put into the ring comes out of the speaker whole", .timeLimit(.minutes(2)))
    func content() async throws {
        try await blocking {
            let speech = try TestSignal.conversation(["Rear_Left", "Front_Right"], pause: 4_800)
            let (heard, statistics) = try play(speech) { $0.speaker }
            let foundAlignment = Alignment.find(speech, in: heard)
            let alignment = try #require(foundAlignment)
            #expect(alignment.correlation > 0.99, "\(alignment), \(statistics)")
            let gaps = GapFinder.gaps(speech, heard, offset: alignment.offset)
            #expect(gaps.isEmpty)
        }
    }

    @Test("Two channels are played as two, at another rate too", .timeLimit(.minutes(2)))
    func stereo() async throws {
        try await blocking {
            let speech = try TestSignal.speech("Rear_Left")
            // The speaker mixes both down to its one.
            let left = (0..<2 * speech.count).map { $0.isMultiple(of: 2) ? speech[$0 / 2] : 0 }
            for (heard, statistics) in [
                try play(left, channelCount: 2) { $0.speaker }, try play(left, channelCount: 2) { $0.speaker44100 },
            ] {
                let foundAlignment = Alignment.find(speech, in: heard)
                let alignment = try #require(foundAlignment)
                #expect(alignment.correlation > 0.95, "\(alignment), \(statistics)")
                #expect(statistics.sampleCount < speech.count + 48_000)
            }
        }
    }

    @Test("A device at 44.1 kHz gets the same sound", .timeLimit(.minutes(2)))
    func otherRate() async throws {
        try await blocking {
            let speech = try TestSignal.conversation(["Rear_Left", "Front_Right"], pause: 4_800)
            let (heard, statistics) = try play(speech) { $0.speaker44100 }
            let foundAlignment = Alignment.find(speech, in: heard)
            let alignment = try #require(foundAlignment)
            #expect(alignment.correlation > 0.95, "\(alignment), \(statistics)")
            let gaps = GapFinder.gaps(speech, heard, offset: alignment.offset)
            #expect(gaps.isEmpty)
        }
    }

    @Test("An empty ring plays silence and counts it, from the first sample on", .timeLimit(.minutes(2)))
    func underrun() async throws {
        try await blocking {
            let devices = try PulseAudioServer.shared().makeDevices()
            let sink = try ALSASink(name: devices.speaker)
            let harness = try DeviceHarness()
            try sink.start(from: harness.ring, signal: harness.signal)
            #expect(harness.wait { sink.statistics.sampleCount > 4_800 })
            #expect(sink.statistics.underrunCount == 0)

            #expect(harness.put([1, 2, 3]) == 3)
            #expect(harness.wait { sink.statistics.underrunCount > 1 })
            sink.stop()
            let statistics = sink.statistics
            #expect(statistics.silenceSampleCount == statistics.underrunCount * sink.periodSampleCount - 3)
        }
    }

    @Test("A filler that follows the signal keeps it fed", .timeLimit(.minutes(2)))
    func signalled() async throws {
        try await blocking {
            let devices = try PulseAudioServer.shared().makeDevices()
            let sink = try ALSASink(name: devices.speaker, timing: .patient)
            let harness = try DeviceHarness()
            let frame = TestSignal.tone(hertz: 440, sampleCount: 960)
            #expect(harness.put(frame) == 960)
            try sink.start(from: harness.ring, signal: harness.signal)
            let filled = harness.wait {
                while harness.ring.readableCount < sink.wantedSampleCount { _ = harness.put(frame) }
                sink.noteFilled()
                return sink.statistics.sampleCount > 96_000
            }
            sink.stop()
            #expect(filled)
            // A busy machine may miss a period now and then; one that nobody fed would have played silence only.
            let statistics = sink.statistics
            #expect(statistics.silenceSampleCount < statistics.sampleCount / 2, "\(statistics)")
        }
    }
}
