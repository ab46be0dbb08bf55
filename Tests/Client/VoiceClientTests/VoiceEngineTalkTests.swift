import AudioDevice
import AudioTestSupport
import Foundation
import Testing
import VoiceClient
import VoiceRelay

/// Two engines, a real relay, real sockets, real time: what one says is in the other's recording.
@Suite(.timeLimit(.minutes(1))) struct VoiceEngineTalkTests {
    /// Periods of 20 ms, so that a machine busy with other tests keeps up.
    private static let timing = DeviceTiming(periodMicroseconds: 20_000, periodCount: 4)

    private func configuration(_ mode: TransmissionMode) -> VoiceEngineConfiguration {
        var configuration = VoiceEngineConfiguration()
        configuration.mode = mode
        return configuration
    }

    @Test func `Speech arrives whole, and the statistics say who spoke`() async throws {
        let server = try LoopbackRelay()
        let speech = try TestSignal.speech()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("heard-\(UUID().uuidString).wav").path
        defer { try? FileManager.default.removeItem(atPath: path) }

        // The listener's microphone is silent for as long as its recording is needed; its end is the clock of this
        // test.
        let listener = try VoiceEngine(
            configuration: configuration(.pushToTalk),
            source: WAVFileSource(name: "silence", samples: TestSignal.silence(48_000 * 4)),
            sink: try WAVFileSink(path: path, timing: Self.timing))
        try listener.start()
        try listener.connect(try server.grant())
        #expect(await listener.wait(for: .connected))

        let talker = try VoiceEngine(
            configuration: configuration(.continuous),
            source: WAVFileSource(
                name: "speech", samples: TestSignal.silence(12_000) + speech + TestSignal.silence(4_800)),
            sink: NullSink())
        let grant = try server.grant()
        try talker.connect(grant)
        try talker.start()
        #expect(await talker.wait(for: .connected))
        #expect(await talker.wait(for: .sourceEnded))
        let present = listener.statistics.talkers.map(\.voice)
        #expect(await listener.wait(for: .sourceEnded))
        let heard = listener.statistics
        let sent = talker.statistics
        await talker.stop()
        await listener.stop()

        let recording = try WAVAudio.read(path)
        let alignment = try #require(Alignment.find(speech, in: recording))
        let similarity = try #require(SpectralSimilarity.between(speech, recording, offset: alignment.offset))
        #expect(similarity > 0.9, "\(alignment), \(heard.counters)")
        #expect(GapFinder.gaps(speech, recording, offset: alignment.offset).isEmpty, "\(heard.counters)")
        #expect(present == [grant.voice])
        #expect(heard.counters.framesReceived == sent.counters.framesSent)
        #expect(heard.counters.framesLost == 0)
        #expect(sent.counters.framesUnsent == 0)
        #expect(sent.roundTripMilliseconds != nil)
        #expect(sent.source.sampleCount >= speech.count)
        #expect(heard.sink.sampleCount >= speech.count)
        await server.relay.stop()
    }

    @Test func `A clip that ends in sound is heard to its end, and nothing is invented after it`() async throws {
        let server = try LoopbackRelay()
        // No multiple of a frame: 520 samples are left for the last one.
        let clip = Array(try TestSignal.speech().prefix(48_000)) + tone(520)
        let listener = try VoiceEngine(
            configuration: configuration(.pushToTalk),
            source: WAVFileSource(name: "silence", samples: TestSignal.silence(48_000 * 3)), sink: NullSink())
        try listener.start()
        try listener.connect(try server.grant())
        #expect(await listener.wait(for: .connected))
        let talker = try VoiceEngine(
            configuration: configuration(.continuous),
            source: WAVFileSource(name: "clip", samples: TestSignal.silence(24_000) + clip), sink: NullSink())
        try talker.connect(try server.grant())
        try talker.start()
        #expect(await talker.wait(for: .sourceEnded))
        #expect(await listener.wait(for: .sourceEnded))
        let sent = talker.statistics.counters
        let heard = listener.statistics.counters
        await talker.stop()
        await listener.stop()
        await server.relay.stop()
        // Every frame of the clip, the last one padded; and the frame that ends the talkspurt.
        #expect(sent.framesSent >= UInt64(48_520 / 960 + 1))
        #expect(heard.framesReceived == sent.framesSent)
        // A frame that is held up by a busy machine may be concealed; a missed end would be concealed for 120 ms.
        #expect(heard.framesConcealed < 6, "\(heard)")
        #expect(heard.framesLost == 0)
    }

    private func tone(_ count: Int) -> [Int16] {
        (0..<count).map { Int16(8_000 * sin(Double($0) * 2 * .pi * 440 / 48_000)) }
    }
}
