import OpusCodec
import SyntheticSpeakers
import Testing

@testable import LoadTester

@Suite("Synthetic speakers say real Opus packets")
struct SpeechFramesTests {
    @Test("of 20 ms each, at about 40 kbit/s, longer and shorter as speech is")
    func speech() throws {
        let table = try SpeechFrames.table(.encodedSpeech, recording: nil, seed: 1)
        #expect(table.count == 400)
        let packets = (0..<table.count).map(table.payload)
        for packet in packets {
            #expect(try packet.withUnsafeBytes { try OpusPacket.sampleCount(of: $0) } == 960)
        }
        let lengths = packets.map { Double($0.count) }
        let mean = lengths.reduce(0, +) / Double(lengths.count)
        #expect((60...130).contains(mean), "\(mean)")
        let spread = (lengths.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(lengths.count)).squareRoot()
        #expect(spread > 5, "\(spread)")
    }

    @Test("the same for a seed, others for another")
    func seeds() throws {
        func packets(_ seed: UInt64) throws -> [[UInt8]] {
            let table = try SpeechFrames.table(.encodedSpeech, recording: nil, seed: seed)
            return (0..<table.count).map(table.payload)
        }
        let first = try packets(7)
        #expect(try packets(7) == first)
        #expect(try packets(8) != first)
    }

    @Test("a tone's packets are nearly all alike in length")
    func tone() throws {
        let table = try SpeechFrames.table(.tone, recording: nil, seed: 1)
        let lengths = (10..<table.count).map { table.payload($0).count }
        let (least, most) = (lengths.min() ?? 0, lengths.max() ?? 0)
        #expect(most - least <= 60, "\(least)…\(most)")
    }

    @Test("a recording that is not there is refused by name, and too little sound makes no frame")
    func recordings() throws {
        let missing = #expect(throws: (any Error).self) {
            try SpeechFrames.table(.encodedSpeech, recording: "/nowhere.wav", seed: 1)
        }
        #expect("\(String(describing: missing))".contains("/nowhere.wav"))
        #expect(try SpeechFrames.encode([Int16](repeating: 0, count: 959)).isEmpty)
        #expect(try SpeechFrames.encode([Int16](repeating: 0, count: 960)).count == 1)
    }
}
