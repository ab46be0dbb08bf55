import AudioTestSupport
import OpusCodec
import Testing

@Suite struct OpusSettingsTests {
    @Test("Each setting is accepted at its edges and refused one past them")
    func edges() throws {
        typealias Change = (inout OpusEncoderSettings) -> Void
        let accepted: [Change] = [
            { $0.bitsPerSecond = 6_000 }, { $0.bitsPerSecond = 510_000 }, { $0.complexity = 0 }, { $0.complexity = 10 },
            { $0.expectedLossPercent = 0 }, { $0.expectedLossPercent = 100 }, { $0.channelCount = 2 },
        ]
        for change in accepted {
            var settings = OpusEncoderSettings()
            change(&settings)
            _ = try OpusEncoder(settings: settings)
        }
        let refused: [(OpusSetting, Change)] = [
            (.bitsPerSecond, { $0.bitsPerSecond = 5_999 }), (.bitsPerSecond, { $0.bitsPerSecond = 510_001 }),
            (.complexity, { $0.complexity = -1 }), (.complexity, { $0.complexity = 11 }),
            (.expectedLossPercent, { $0.expectedLossPercent = -1 }),
            (.expectedLossPercent, { $0.expectedLossPercent = 101 }),
            (.channelCount, { $0.channelCount = 0 }), (.channelCount, { $0.channelCount = 3 }),
        ]
        for (setting, change) in refused {
            var settings = OpusEncoderSettings()
            change(&settings)
            #expect(throws: OpusError.settingOutOfRange(setting)) { _ = try OpusEncoder(settings: settings) }
        }
        #expect(throws: OpusError.settingOutOfRange(.channelCount)) { _ = try OpusDecoder(channelCount: 3) }
        var decoder = try OpusDecoder(channelCountMax: 2)
        for count in [0, 3] {
            #expect(throws: OpusError.settingOutOfRange(.channelCount)) { try decoder.reset(channelCount: count) }
        }
        try decoder.reset(channelCount: 2)
        #expect(decoder.channelCount == 2)
        var single = try OpusDecoder()
        #expect(throws: OpusError.settingOutOfRange(.channelCount)) { try single.reset(channelCount: 2) }
    }

    @Test("Packets follow the bitrate", arguments: [16_000, 32_000, 64_000, 128_000])
    func bitrate(_ bitsPerSecond: Int) throws {
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = bitsPerSecond
        settings.variableBitrate = false
        let packets = try encoded(TestSignal.speech(), settings)
        #expect(packets.allSatisfy { $0.count == bitsPerSecond / 8 / 50 })

        settings.variableBitrate = true
        let variable = try encoded(TestSignal.speech(), settings)
        #expect(Set(variable.map(\.count)).count > 5)
        let bytes = variable.reduce(0) { $0 + $1.count }
        #expect(Double(bytes) < 1.2 * Double(bitsPerSecond / 8 / 50 * variable.count))
    }

    @Test("A running encoder takes new settings, except those that are fixed")
    func update() throws {
        var encoder = try OpusEncoder()
        let speech = try TestSignal.speech()
        var output = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)

        var settings = encoder.settings
        settings.bitsPerSecond = 24_000
        settings.variableBitrate = false
        settings.frameDuration = .milliseconds40
        try encoder.update(settings)
        let length = try speech[0..<1_920].withUnsafeBufferPointer { frame in
            try output.withUnsafeMutableBytes { try encoder.encode(frame, into: $0) }
        }
        #expect(length == 24_000 / 8 / 25)

        var stereo = settings
        stereo.channelCount = 2
        var music = settings
        music.application = .audio
        do throws(OpusError) { try encoder.update(stereo) } catch { #expect(error == .settingFixed(.channelCount)) }
        do throws(OpusError) { try encoder.update(music) } catch { #expect(error == .settingFixed(.application)) }
        #expect(encoder.settings == settings)
    }

    @Test("The output buffer caps the packet, and one that is too small is refused")
    func outputBuffer() throws {
        var encoder = try OpusEncoder()
        let speech = try TestSignal.speech()
        func encode(room: Int, samples: Int = 960) throws -> Int {
            var output = [UInt8](repeating: 0, count: room)
            return try speech[20_000..<20_000 + samples].withUnsafeBufferPointer { frame in
                try output.withUnsafeMutableBytes { target in
                    try encoder.encode(frame, into: target)
                }
            }
        }
        #expect(try encode(room: 20) <= 20)
        #expect(try encode(room: 4) <= 4)
        #expect(throws: OpusError.outputTooSmall(needed: 4, actual: 3)) { try encode(room: 3) }
        #expect(throws: OpusError.outputTooSmall(needed: 4, actual: 0)) { try encode(room: 0) }
        #expect(throws: OpusError.wrongSampleCount(expected: 960, actual: 959)) { try encode(room: 100, samples: 959) }
        #expect(throws: OpusError.wrongSampleCount(expected: 960, actual: 0)) { try encode(room: 100, samples: 0) }
    }

    @Test("With discontinuous transmission silence costs packets of one or two bytes, and not without")
    func discontinuousTransmission() throws {
        var settings = OpusEncoderSettings()
        let pause = TestSignal.silence(96_000)
        let sound = try TestSignal.speech() + pause
        #expect(try encoded(sound, settings).allSatisfy { $0.count > 2 })
        settings.discontinuousTransmission = true
        let skippable = try encoded(sound, settings).suffix(50).filter { $0.count <= 2 }
        #expect(skippable.count > 40)
    }
}
