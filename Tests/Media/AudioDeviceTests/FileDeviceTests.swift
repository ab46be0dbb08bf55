import AudioDevice
import AudioTestSupport
import Foundation
import LockFree
import Testing

/// Devices without hardware, in real time.
@Suite struct FileDeviceTests {
    @Test("A file plays once, whole and in order, and then says that it ended", .timeLimit(.minutes(1)))
    func once() async throws {
        try await blocking {
            let speech = try Array(TestSignal.speech()[0..<10_000])
            let source = WAVFileSource(name: "speech", samples: speech)
            let harness = try DeviceHarness()
            try source.start(into: harness.ring, signal: harness.signal)
            #expect(harness.wait { source.state != .running })
            #expect(source.state == .ended)
            let played = harness.takeAll()
            #expect(Array(played.prefix(speech.count)) == speech)
            #expect(played.count - speech.count == 80)  // the last of the 240-sample periods is filled up
            #expect(played.suffix(80).allSatisfy { $0 == 0 })
            source.stop()
            #expect(source.state == .ended)
        }
    }

    @Test("A looping file goes on without a seam", .timeLimit(.minutes(1)))
    func loops() async throws {
        try await blocking {
            let samples = (1...1_000).map { Int16($0) }
            let source = WAVFileSource(name: "ramp", samples: samples, loops: true)
            let harness = try DeviceHarness()
            try source.start(into: harness.ring, signal: harness.signal)
            #expect(harness.wait { harness.ring.readableCount >= 4_800 })
            source.stop()
            #expect(source.state == .stopped)
            #expect(harness.takeAll().enumerated().allSatisfy { Int($1) == $0 % 1_000 + 1 })
        }
    }

    @Test("It keeps to real time: by the clock, not by counting sleeps", .timeLimit(.minutes(1)))
    func realTime() async throws {
        try await blocking {
            let source = SilentSource()
            let harness = try DeviceHarness()
            let clock = ContinuousClock()
            let start = clock.now
            try source.start(into: harness.ring, signal: harness.signal)
            #expect(harness.wait { source.statistics.sampleCount >= 48_000 })
            source.stop()
            // Never ahead of time, by whatever this machine is held up.
            #expect(clock.now - start >= .seconds(1))
            #expect(harness.takeAll().allSatisfy { $0 == 0 })
        }
    }

    @Test(
        "A file records what is put into the ring; what is missing becomes silence and is counted",
        .timeLimit(.minutes(1)))
    func records() async throws {
        try await blocking {
            let path = temporaryPath("record.wav")
            defer { try? FileManager.default.removeItem(atPath: path) }
            let sink = try AudioSinks.open(name: path)
            let harness = try DeviceHarness()
            let speech = try TestSignal.speech()
            #expect(harness.put(speech) == speech.count)
            try sink.start(from: harness.ring, signal: harness.signal)
            #expect(harness.wait { sink.statistics.underrunCount > 2 })
            sink.stop()
            #expect(sink.state == .stopped)

            let recorded = try WAVAudio.read(path)
            #expect(recorded.count == sink.statistics.sampleCount)
            #expect(Array(recorded.prefix(speech.count)) == speech)
            #expect(recorded.count - speech.count == sink.statistics.silenceSampleCount)
        }
    }

    @Test("A file with two channels is heard, and recorded, in two", .timeLimit(.minutes(1)))
    func stereo() async throws {
        try await blocking {
            let (said, recorded) = (temporaryPath("both.wav"), temporaryPath("record.wav"))
            defer { for path in [said, recorded] { try? FileManager.default.removeItem(atPath: path) } }
            let both = TestSignal.noise(seed: 1, sampleCount: 4_800)
            try WAVAudio.write(both, channelCount: 2, to: said)
            let source = try AudioSources.open(name: said, channelCountMax: 2)
            #expect(source.channelCount == 2)
            #expect(try AudioSources.open(name: said).channelCount == 1)
            let microphone = try DeviceHarness()
            try source.start(into: microphone.ring, signal: microphone.signal)
            #expect(microphone.wait { source.state == .ended })
            let captured = microphone.takeAll()
            #expect(captured == both)
            #expect(source.statistics.sampleCount == 2_400)

            let sink = try AudioSinks.open(name: recorded, channelCountMax: 2)
            #expect(sink.channelCount == 2)
            let speaker = try DeviceHarness()
            #expect(speaker.put(captured) == both.count)
            try sink.start(from: speaker.ring, signal: speaker.signal)
            #expect(speaker.wait { sink.statistics.sampleCount > 2_400 })
            sink.stop()
            let (heard, channelCount) = try WAVAudio.read(recorded, channelCountMax: 2)
            #expect(channelCount == 2 && heard.count == 2 * sink.statistics.sampleCount)
            #expect(Array(heard.prefix(both.count)) == both)
        }
    }

    @Test("A recording that was cut short by a kill is whole up to the last second", .timeLimit(.minutes(1)))
    func killed() async throws {
        try await blocking {
            let path = temporaryPath("killed.wav")
            let copy = temporaryPath("copy.wav")
            defer { for path in [path, copy] { try? FileManager.default.removeItem(atPath: path) } }
            let sink = try WAVFileSink(path: path)
            let harness = try DeviceHarness()
            let tone = TestSignal.tone(hertz: 500, sampleCount: 96_000)
            #expect(harness.put(tone) == tone.count)
            try sink.start(from: harness.ring, signal: harness.signal)
            #expect(harness.wait { sink.statistics.sampleCount > 60_000 })
            // What a kill would leave is what the file holds now.
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            sink.stop()
            let left = try WAVAudio.read(copy)
            #expect(left.count >= 48_000)
            #expect(left == Array(tone.prefix(left.count)))
        }
    }

    @Test("A disk that takes no more ends the recording with an error", .timeLimit(.minutes(1)))
    func diskFull() async throws {
        let error = deviceError { _ = try WAVFileSink(path: "/dev/full") }
        #expect(error?.code == .fileInaccessible)
        #expect(error?.description.contains("no space left") == true)
    }

    @Test("A speaker that nobody hears takes samples all the same", .timeLimit(.minutes(1)))
    func nullSink() async throws {
        try await blocking {
            let sink = NullSink()
            let harness = try DeviceHarness()
            #expect(harness.put(TestSignal.silence(2_400)) == 2_400)
            try sink.start(from: harness.ring, signal: harness.signal)
            #expect(harness.wait { harness.ring.readableCount == 0 })
            sink.stop()
            #expect(sink.statistics.sampleCount >= 2_400)
        }
    }

    @Test("ALSA's null device, which keeps no time, is ours, which does")
    func nullDevice() throws {
        #expect(try AudioSources.open(name: "null") is SilentSource)
        #expect(try AudioSinks.open(name: "null") is NullSink)
    }
}
