import AudioTestSupport
import OpusCodec
import Playout
import SpeechProcessing
import Testing
import VoiceWire

@testable import VoiceClient

/// Blocks after the Opus packet: the level is taken, unknown kinds are skipped, broken ones spoil nothing.
@Suite struct ExtensionBlockTests {
    /// What a listener makes of a second of a tone whose frames carry these blocks.
    private func listen(to blocks: [UInt8], sealed: Bool = true) throws -> (
        talker: VoiceStatistics.Talker?, heard: [Int16]
    ) {
        var relay = RelayEnd(sealed: sealed)
        let client = try VirtualClient(VoiceEngineConfiguration(), relay.grant, port: 1)
        var encoder = try OpusEncoder()
        let tone = TestSignal.tone(hertz: 440, sampleCount: 960, level: 0.25)
        var packet = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
        for step in 0..<200 {
            let now = MonotonicInstant(nanoseconds: 1).advanced(byMilliseconds: step * 5)
            for datagram in client.step(at: now) {
                guard let (header, body) = relay.open(datagram), header.type == .hello else { continue }
                client.receive(relay.make(.welcome, Array(body.suffix(8))), at: now)
            }
            guard step.isMultiple(of: 4) else { continue }
            let byteCount = try tone.withUnsafeBufferPointer { tone in
                try packet.withUnsafeMutableBytes { try encoder.encode(tone, into: $0) }
            }
            let datagram = relay.make(
                .voice, packet[..<byteCount] + blocks, voice: VoiceID(rawValue: 2), opusByteCount: byteCount,
                sequence: SequenceNumber(rawValue: UInt16(step / 4)),
                timestamp: MediaTimestamp(rawValue: UInt32(step / 4 * 960)))
            client.receive(datagram, at: now)
        }
        return (client.pipeline.statistics.talkers.first, client.heard)
    }

    @Test(arguments: [true, false])
    func `The talker's own level is shown`(sealed: Bool) throws {
        let (talker, heard) = try listen(to: [1, 1, 33], sealed: sealed)
        #expect(talker?.level == 33)
        #expect(Level.decibels(heard.suffix(9_600)) > -18)
    }

    @Test func `Unknown kinds before and after the level are skipped`() throws {
        let (talker, heard) = try listen(to: [99, 3, 1, 2, 3, 1, 1, 44, 200, 0])
        #expect(talker?.level == 44)
        #expect(Level.decibels(heard.suffix(9_600)) > -18)
    }

    @Test(arguments: [[], [99, 2, 1, 2], [1], [1, 200, 3], [99, 255], [1, 2, 5, 5]] as [[UInt8]])
    func `Without a usable level block the sound itself is measured`(blocks: [UInt8]) throws {
        let (talker, heard) = try listen(to: blocks)
        // The tone has −15 dBFS.
        #expect((14...17).contains(talker?.level ?? 127), "\(blocks)")
        #expect(Level.decibels(heard.suffix(9_600)) > -18, "\(blocks)")
    }

    @Test(arguments: TransmissionMode.allCases)
    func `Every frame carries its own level, the first and the last too`(mode: TransmissionMode) throws {
        let room = try VirtualRoom(seed: 1)
        var configuration = VoiceEngineConfiguration()
        configuration.mode = mode
        let talker = try room.join(configuration, sealed: false)
        let speech = try TestSignal.speech()
        talker.microphone = TestSignal.silence(24_000) + speech
        room.run(for: .milliseconds(400))
        talker.pipeline.setTransmitting(true)
        room.run(for: .seconds(1))
        talker.pipeline.setTransmitting(false)
        room.run(for: .milliseconds(100))
        talker.pipeline.setMuted(true)
        room.run(for: .milliseconds(100))
        let frames = talker.sent.compactMap { datagram -> (VoiceHeader, [UInt8])? in
            guard case .header(let header) = datagram.withUnsafeBytes({ VoiceHeader.parse($0) }), header.type == .voice
            else { return nil }
            return (header, Array(datagram.dropFirst(VoiceHeader.byteCount + Int(header.opusByteCount))))
        }
        #expect(frames.first?.0.flags == .talkspurtStart && frames.last?.0.flags == .talkspurtEnd)
        let levels = try frames.map { frame in
            try #require(frame.1.withUnsafeBytes { ExtensionBlocks.audioLevel(in: $0) })
        }
        // Timestamps begin anywhere: the microphone's frames are found by what fits all of them.
        let first = try #require(frames.first?.0.timestamp)
        let spoken = zip(frames, levels).filter { !$0.0.0.flags.contains(.talkspurtEnd) }
        let hasFit = (0..<100).contains { offset in
            spoken.allSatisfy { frame, level in
                let start = offset * 960 + first.distance(to: frame.0.timestamp)
                return level == self.level(of: talker.microphone, from: start)
            }
        }
        #expect(hasFit)
        // Speech is not of one loudness.
        #expect(Set(levels).count > 5)
    }

    /// Of the frame that begins there; silence after the end.
    private func level(of samples: [Int16], from start: Int) -> UInt8 {
        let frame = (start..<start + 960).map { samples.indices.contains($0) ? samples[$0] : 0 }
        return frame.withUnsafeBufferPointer { AudioLevel.negativeDecibelsOverload(of: $0) }
    }

    @Test func `Frames carry the microphone's level`() throws {
        let room = try VirtualRoom.connected(2, seed: 1)
        room.clients[0].microphone = TestSignal.tone(hertz: 440, sampleCount: 96_000, level: 0.25)
        room.run(for: .seconds(1))
        #expect(room.clients[1].pipeline.statistics.talkers.first?.level == 15)
    }
}
