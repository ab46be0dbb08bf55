import AudioTestSupport
import Foundation
import NetworkSimulator
import OpusCodec
import Playout
import SpeechProcessing
import TalkerSound
import Testing
import VoiceWire

@testable import VoiceClient

/// Stereo from microphone to speaker: what is left stays left, on a bad network too, and who has one channel hears both.
@Suite struct StereoTests {
    private static let left = TestSignal.tone(hertz: 440, sampleCount: 48_000 * 6, level: 0.25)
    private static let right = TestSignal.tone(hertz: 1_900, sampleCount: 48_000 * 6, level: 0.25)

    /// A talker of the profile for music, and a listener for each count of channels; connected, then on a bad network.
    private func room(listeners: [Int], lossShare: Double, seed: UInt64 = 7) throws -> VirtualRoom {
        let room = try VirtualRoom(seed: seed)
        var music = VoiceEngineConfiguration()
        music.encoder = VoiceProfile.music.encoder
        music.mode = .continuous
        try room.join(music)
        for channelCount in listeners {
            try room.join(VoiceEngineConfiguration(), renderChannelCount: channelCount)
        }
        room.run(for: .milliseconds(500))
        var conditions = LinkConditions()
        conditions.loss = .random(probability: lossShare)
        conditions.jitter = .uniform(max: .milliseconds(4))
        for client in room.clients {
            room.network.setConditions(conditions, from: client.port, to: VirtualRoom.relayPort)
            room.network.setConditions(conditions, from: VirtualRoom.relayPort, to: client.port)
        }
        return room
    }

    private func interleaved(_ left: [Int16], _ right: [Int16]) -> [Int16] { zip(left, right).flatMap { [$0, $1] } }

    private func channel(_ index: Int, of samples: [Int16]) -> [Int16] {
        stride(from: index, to: samples.count, by: 2).map { samples[$0] }
    }

    /// Level of one frequency in dBFS.
    private func level(_ hertz: Double, in samples: some Collection<Int16>) -> Double {
        var (cosine, sine) = (0.0, 0.0)
        for (index, sample) in samples.enumerated() {
            let phase = 2 * Double.pi * hertz * Double(index) / 48_000
            cosine += Double(sample) * cos(phase)
            sine += Double(sample) * sin(phase)
        }
        let peak = 2 * (cosine * cosine + sine * sine).squareRoot() / Double(samples.count) / 32_768
        return 20 * log10(max(peak, 1e-6))
    }

    @Test(arguments: [0.0, 0.1])
    func `What sounds on the left is heard on the left alone`(lossShare: Double) throws {
        let room = try room(listeners: [2], lossShare: lossShare)
        let silence = [Int16](repeating: 0, count: Self.left.count)
        room.clients[0].microphone = interleaved(Self.left, silence)
        room.run(for: .seconds(5))
        let listener = room.clients[1]
        let heard = Array(listener.heard.suffix(48_000 * 2 * 3))
        #expect(Level.decibels(channel(0, of: heard)) > -16)
        #expect(Level.decibels(channel(1, of: heard)) < -55)
        #expect(lossShare == 0 || listener.counters.framesLost > 0)
    }

    @Test func `Left and right change places with the microphone's`() throws {
        let room = try room(listeners: [2], lossShare: 0.02)
        room.clients[0].microphone = interleaved(Self.right, Self.left)
        room.run(for: .seconds(3))
        let heard = Array(room.clients[1].heard.suffix(48_000 * 2))
        let (one, other) = (channel(0, of: heard), channel(1, of: heard))
        #expect(level(1_900, in: one) > -14 && level(440, in: one) < -45)
        #expect(level(440, in: other) > -14 && level(1_900, in: other) < -45)
    }

    @Test func `Who has one channel hears both`() throws {
        let room = try room(listeners: [1], lossShare: 0.02)
        room.clients[0].microphone = interleaved(Self.left, Self.right)
        room.run(for: .seconds(3))
        let heard = room.clients[1].heard.suffix(48_000)
        // The mean of both: each 6 dB lower.
        #expect(level(440, in: heard) > -20)
        #expect(level(1_900, in: heard) > -20)
    }

    @Test func `A voice in one channel is heard on both sides of stereo speakers alike`() throws {
        let room = try room(listeners: [2], lossShare: 0)
        var voice = VoiceEngineConfiguration()
        voice.mode = .continuous
        try room.join(voice).microphone = TestSignal.silence(48_000) + Self.left
        room.run(for: .seconds(3))
        let heard = Array(room.clients[1].heard.suffix(48_000 * 2))
        #expect(channel(0, of: heard) == channel(1, of: heard))
        #expect(Level.decibels(channel(0, of: heard)) > -16)
    }

    @Test func `Voice activation listens to the sum, and sends both`() throws {
        let room = try VirtualRoom(seed: 3)
        var music = VoiceEngineConfiguration()
        music.encoder = VoiceProfile.music.encoder
        music.mode = .voiceActivated
        try room.join(music)
        try room.join(VoiceEngineConfiguration(), renderChannelCount: 2)
        let speech = TestSignal.silence(48_000) + (try TestSignal.speech())
        room.clients[0].microphone = interleaved(TestSignal.silence(speech.count), speech)
        room.run(for: .seconds(3))
        let heard = Array(room.clients[1].heard.dropFirst(48_000 * 2))
        #expect(room.clients[0].sentFrames.contains { $0.flags.contains(.talkspurtEnd) })
        #expect(Level.decibels(channel(1, of: heard)) > -35)
        #expect(Level.decibels(channel(0, of: heard)) < -60)
    }

    @Test func `Processing is for one channel`() throws {
        var configuration = VoiceEngineConfiguration()
        configuration.encoder = VoiceProfile.music.encoder
        try configuration.validate()
        configuration.microphone = .voice
        #expect { try configuration.validate() } throws: { "\($0)".contains("stereo sound is sent as it is") }
        configuration.encoder.channelCount = 1
        try configuration.validate()

        let room = try room(listeners: [], lossShare: 0)
        room.clients[0].pipeline.setMicrophone(.voice)
        #expect(room.clients[0].pipeline.statistics.microphoneSettings == .untouched)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `Packets that change between one channel and two, and broken ones, are rendered all the same`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        var talker = try Talker(configuration: JitterBuffer.Configuration(), channelCount: 2)
        talker.begin(VoiceID(rawValue: 1), volume: 1, at: MonotonicInstant(nanoseconds: 0))
        var mono = try OpusEncoder()
        var settings = OpusEncoderSettings()
        settings.channelCount = 2
        var stereo = try OpusEncoder(settings: settings)
        var packet = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
        var mix = [Float](repeating: 0, count: 1_920)
        for frame in 0..<200 {
            let noise = TestSignal.noise(seed: seed + UInt64(frame), sampleCount: 1_920)
            var count = try noise.withUnsafeBufferPointer { noise in
                try packet.withUnsafeMutableBytes { space in
                    try Bool.random(using: &generator)
                        ? stereo.encode(noise, into: space)
                        : mono.encode(UnsafeBufferPointer(rebasing: noise[..<960]), into: space)
                }
            }
            if frame % 7 == 3 { count = Int.random(in: 1...count, using: &generator) }
            if frame % 5 == 2 { packet[0] = UInt8.random(in: 0...255, using: &generator) }
            let header = VoiceHeader(
                type: .voice, voice: VoiceID(rawValue: 1), room: VoiceRoomID(rawValue: 1),
                sequence: SequenceNumber(rawValue: UInt16(frame)),
                timestamp: MediaTimestamp(rawValue: UInt32(frame * 960)))
            let now = MonotonicInstant(nanoseconds: Int64(frame) * 20_000_000)
            packet.withUnsafeBytes {
                talker.insert(
                    header, UnsafeRawBufferPointer(rebasing: $0[..<count]),
                    extensions: UnsafeRawBufferPointer(rebasing: $0[..<0]), at: now)
            }
            mix.withUnsafeMutableBufferPointer { mix in
                mix.update(repeating: 0)
                talker.render(addingTo: mix, masterVolume: 1, at: now)
            }
            #expect(mix.allSatisfy { $0.isFinite && abs($0) <= 32_768 }, "seed \(seed), frame \(frame)")
        }
        #expect(talker.statistics.samplesPlayed > 0)
    }
}
