import AudioTestSupport
import NetworkSimulator
import Testing

@testable import VoiceClient

/// A key that is held in silence costs next to nothing, and its listeners hear the talker's background, not a dead line.
@Suite struct SilenceTests {
    /// Two clients with the settings of the product; the first speaks, then is silent but for noise of this amplitude.
    private func room(_ mode: TransmissionMode, noise: Int) throws -> VirtualRoom {
        let room = try VirtualRoom(seed: 1)
        var configuration = VoiceEngineConfiguration()
        configuration.mode = mode
        for _ in 0..<2 { try room.join(configuration) }
        room.run(for: .milliseconds(500))
        let speech = try TestSignal.speech()
        var generator = SeededGenerator(seed: 7)
        func background(_ count: Int) -> [Int16] {
            (0..<count).map { _ in noise == 0 ? 0 : Int16.random(in: Int16(-noise)...Int16(noise), using: &generator) }
        }
        let spoken = zip(speech, background(speech.count)).map { Int16(clamping: Int($0) + Int($1)) }
        room.clients[0].microphone = TestSignal.silence(24_000) + spoken + background(48_000 * 30)
        room.clients[0].pipeline.setTransmitting(true)
        room.run(for: .milliseconds(speech.count / 48 + 2_000))
        return room
    }

    private func bytesSent(_ client: VirtualClient, after count: Int) -> Int {
        client.sent[count...].reduce(0) { $0 + $1.count + 28 }
    }

    @Test(arguments: [TransmissionMode.pushToTalk, .continuous], [0, 30])
    func `Ten seconds of silence cost under six kilobits a second, with all heads`(
        mode: TransmissionMode, noise: Int
    ) throws {
        let room = try room(mode, noise: noise)
        let talker = room.clients[0]
        let before = talker.sent.count
        let concealedBefore = room.clients[1].counters.framesConcealed
        room.run(for: .seconds(10))
        let bytes = bytesSent(talker, after: before)
        #expect(bytes * 8 < 6_000 * 10, "\(bytes) bytes in \(talker.sent.count - before) datagrams")
        #expect(talker.sent.count > before)
        #expect(room.clients[1].counters.framesConcealed == concealedBefore)
        #expect(talker.pipeline.statistics.isTransmitting)
    }

    @Test func `With voice activation nothing is sent in silence but what keeps the session`() throws {
        let room = try room(.voiceActivated, noise: 30)
        let before = room.clients[0].sentFrames.count
        room.run(for: .seconds(10))
        #expect(room.clients[0].sentFrames.count == before)
    }

    @Test func `The background is heard in the silence, and no dead line`() throws {
        let room = try room(.pushToTalk, noise: 30)
        let before = room.clients[1].heard.count
        room.run(for: .seconds(10))
        let heard = room.clients[1].heard[before...]
        // Uniform noise of ±30 has a level of −65 dBFS.
        for start in stride(from: before, to: before + heard.count - 4_800, by: 4_800) {
            let level = Level.decibels(heard[start..<start + 4_800])
            #expect((-80 ... -55).contains(level), "\(level) dB at \(start - before)")
        }
    }

    @Test func `The first word after a long silence is heard whole`() throws {
        let room = try room(.pushToTalk, noise: 0)
        let talker = room.clients[0]
        let speech = try TestSignal.speech()
        let now = Int(room.now / .milliseconds(1)) * 48
        talker.microphone += TestSignal.silence(max(0, now + 4_800 - talker.microphone.count))
        talker.microphone.replaceSubrange(
            (now + 4_800)..., with: speech + TestSignal.silence(48_000))
        let before = room.clients[1].heard.count
        room.run(for: .milliseconds(speech.count / 48 + 600))
        let alignment = try #require(Alignment.find(speech, in: Array(room.clients[1].heard[before...])))
        #expect(alignment.correlation > 0.9)
    }
}
