import AudioTestSupport
import OpusCodec
import Testing

/// An encoder that goes on where another is, and packets that stand by themselves.
@Suite struct EncoderContinuationTests {
    private func encode(_ sound: ArraySlice<Int16>, with encoder: inout OpusEncoder) throws -> [UInt8] {
        var packet = [UInt8](repeating: 0, count: 1_275)
        let count = try Array(sound).withUnsafeBufferPointer { sound in
            try packet.withUnsafeMutableBytes { try encoder.encode(sound, into: $0) }
        }
        return Array(packet[..<count])
    }

    @Test func `The copy gives the same packets for the same sound`() throws {
        let sound = try TestSignal.speech()
        var first = try OpusEncoder()
        var second = try OpusEncoder()
        for start in stride(from: 0, to: 24_000, by: 960) { _ = try encode(sound[start..<start + 960], with: &first) }
        try second.continueFrom(first)
        #expect(second.settings == first.settings)
        for start in stride(from: 24_000, to: 48_000, by: 960) {
            let part = sound[start..<start + 960]
            #expect(try encode(part, with: &first) == encode(part, with: &second))
        }
    }

    @Test func `An encoder of another kind is no successor`() throws {
        var settings = OpusEncoderSettings()
        settings.application = .audio
        let other = try OpusEncoder(settings: settings)
        var encoder = try OpusEncoder()
        #expect(throws: OpusError.settingFixed(.application)) { try encoder.continueFrom(other) }
        settings.application = .voip
        settings.channelCount = 2
        let stereo = try OpusEncoder(settings: settings)
        #expect(throws: OpusError.settingFixed(.channelCount)) { try encoder.continueFrom(stereo) }
    }

    @Test func `Who starts with an independent packet hears it as those do who heard all before`() throws {
        let sound = TestSignal.tone(hertz: 440, sampleCount: 48_000, level: 0.2)
        var encoder = try OpusEncoder()
        var old = try OpusDecoder()
        var new = try OpusDecoder()
        var difference = 0.0
        for (index, start) in stride(from: 0, to: 48_000, by: 960).enumerated() {
            encoder.setIndependent(index == 25)
            let packet = try encode(sound[start..<start + 960], with: &encoder)
            let one = try decode(packet, with: &old)
            guard index >= 25 else { continue }
            let other = try decode(packet, with: &new)
            if index > 26 {
                difference = max(difference, zip(one, other).map { abs(Double($0) - Double($1)) }.max() ?? 0)
            }
        }
        #expect(difference < 600)
    }

    private func decode(_ packet: [UInt8], with decoder: inout OpusDecoder) throws -> [Int16] {
        var output = [Int16](repeating: 0, count: 960)
        _ = try packet.withUnsafeBytes { packet in
            try output.withUnsafeMutableBufferPointer { try decoder.decode(packet, into: $0) }
        }
        return output
    }

    @Test func `A complexity that is meant exactly is not raised for few bits`() throws {
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = 16_000
        settings.complexity = 0
        let speech = try TestSignal.speech()
        var raised = try OpusEncoder(settings: settings)
        settings.isComplexityExact = true
        var exact = try OpusEncoder(settings: settings)
        let isSame = try stride(from: 0, to: 48_000, by: 960).allSatisfy {
            try encode(speech[$0..<$0 + 960], with: &raised) == encode(speech[$0..<$0 + 960], with: &exact)
        }
        #expect(!isSame)
    }
}
