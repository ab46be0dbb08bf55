import AudioTestSupport
import OpusCodec
import Testing

@Suite struct OpusLossTests {
    private func settings(errorCorrection: Bool) -> OpusEncoderSettings {
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = 32_000
        settings.forwardErrorCorrection = errorCorrection
        settings.expectedLossPercent = errorCorrection ? 20 : 0
        return settings
    }

    /// Speech with every fifth packet lost, filled in by `fill`; similarity to the undamaged decoding.
    private func similarity(
        _ packets: [[UInt8]], fill: (ArrayDecoder, _ next: [UInt8]) throws -> [Int16]
    ) throws -> Double {
        let whole = try ArrayDecoder()
        let reference = try packets.flatMap { try whole.decode($0) }
        let damaged = try ArrayDecoder()
        let received = try packets.indices.flatMap { index in
            index % 5 == 4 && index + 1 < packets.count
                ? try fill(damaged, packets[index + 1]) : try damaged.decode(packets[index])
        }
        #expect(received.count == reference.count)
        return try #require(SpectralSimilarity.between(reference, received, offset: 0))
    }

    @Test("Concealment beats silence, and error correction beats concealment")
    func ranking() throws {
        let packets = try encoded(TestSignal.conversation(pause: 0), settings(errorCorrection: true))
        let silent = try similarity(packets) { _, _ in TestSignal.silence(960) }
        let concealed = try similarity(packets) { decoder, _ in try decoder.conceal(sampleCount: 960) }
        let corrected = try similarity(packets) { decoder, next in
            try decoder.recoverLost(before: next, sampleCount: 960)
        }
        #expect(concealed > silent + 0.05, "silent \(silent), concealed \(concealed)")
        #expect(corrected > concealed + 0.005, "concealed \(concealed), corrected \(corrected)")
    }

    @Test("Packets say whether they carry the frame before", arguments: FrameDuration.allCases)
    func inspection(_ duration: FrameDuration) throws {
        let speech = try TestSignal.conversation(pause: 0)
        for channelCount in 1...2 {
            let sound = channelCount == 1 ? speech : speech.flatMap { [$0, $0] }
            for errorCorrection in [false, true] {
                var settings = settings(errorCorrection: errorCorrection)
                settings.channelCount = channelCount
                settings.frameDuration = duration
                let carrying = try encoded(sound, settings).filter { packet in
                    packet.withUnsafeBytes { OpusPacket.hasForwardErrorCorrection($0) }
                }.count
                // Frames under 10 ms are coded without SILK and cannot carry it.
                if errorCorrection, duration.rawValue >= 10_000 {
                    #expect(carrying > speech.count / duration.sampleCount / 3)
                } else {
                    #expect(carrying == 0)
                }
            }
        }
    }

    @Test("A packet without a copy is concealed, sample for sample")
    func withoutCopy() throws {
        let packets = try encoded(TestSignal.speech(), settings(errorCorrection: false))
        let (one, other) = (try ArrayDecoder(), try ArrayDecoder())
        for packet in packets[0..<30] {
            _ = try one.decode(packet)
            _ = try other.decode(packet)
        }
        #expect(try one.recoverLost(before: packets[31], sampleCount: 960) == other.conceal(sampleCount: 960))
    }

    @Test("Concealment fades and takes multiples of 2.5 ms up to 120 ms")
    func concealment() throws {
        let decoder = try ArrayDecoder()
        #expect(try decoder.conceal(sampleCount: 960).allSatisfy { $0 == 0 })
        for packet in try encoded(TestSignal.tone(hertz: 300, sampleCount: 48_000), settings(errorCorrection: false)) {
            _ = try decoder.decode(packet)
        }
        let first = try decoder.conceal(sampleCount: 960)
        #expect(Level.decibels(first) > -20)
        let later = try (0..<50).map { _ in try decoder.conceal(sampleCount: 960) }
        #expect(Level.decibels(later[49]) < Level.decibels(first) - 20)

        #expect(try decoder.conceal(sampleCount: 120).count == 120)
        #expect(try decoder.conceal(sampleCount: 5_760).count == 5_760)
        for wrong in [-120, 0, 119, 121, 5_761, 5_880, Int.max, Int.min] {
            #expect(throws: OpusError.self, "\(wrong)") { try decoder.conceal(sampleCount: wrong) }
        }
    }
}
