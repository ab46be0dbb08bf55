import NetworkSimulator
import Testing

@testable import KeyInput

struct HostileInputTests {
    /// Bytes that mean something come more often than others.
    private static let meaningful = Array("\u{1B}\u{1B}\u{1B}[[[]OPX_^~;:?<>=u012345689$MAcRZ\u{7}\u{18}\r".utf8)

    private func garbage(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 1...300, using: &random)).map { _ in
            random.chance(0.7)
                ? Self.meaningful.randomElement(using: &random) ?? 0 : .random(in: 0...255, using: &random)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `garbage neither crashes nor grows, and keys count again after a while`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var decoder = InputDecoder()
        var now = Duration.zero
        for _ in 0..<20 {
            _ = decoder.events(in: garbage(&random), now: now)
            #expect(decoder.heldByteCount <= InputDecoder.sequenceBytesMax + PasteCollector.bytesMax, "seed \(seed)")
            now += .milliseconds(Int.random(in: 0...40, using: &random))
        }
        _ = decoder.expire(now: now + .seconds(5))
        #expect(decoder.deadline == nil && decoder.heldByteCount == 0, "seed \(seed)")
        let events = decoder.events(in: Array("x\u{1B}[A".utf8), now: now + .seconds(5))
        // A character that the garbage began may be replaced first.
        #expect(events.suffix(2) == [pressed("x"), pressed(.up)], "seed \(seed)")
    }

    /// What was typed may fall into other characters; all else is the same.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `how bytes are cut changes nothing`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = garbage(&random)
        func flattened(_ events: [InputEvent]) -> [String] {
            events.flatMap { event -> [String] in
                guard case .key(let stroke, .press) = event, case .character(let character) = stroke.key,
                    stroke.modifiers.isEmpty
                else { return ["\(event)"] }
                return character.unicodeScalars.map { String($0.value) }
            }
        }
        var (whole, pieces) = (InputDecoder(), InputDecoder())
        let expected = flattened(whole.events(in: bytes, now: .zero) + whole.expire(now: .seconds(9)))
        var events: [InputEvent] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(7, rest.count), using: &random)
            events += pieces.events(in: rest.prefix(count), now: .zero)
            rest = rest.dropFirst(count)
        }
        #expect(flattened(events + pieces.expire(now: .seconds(9))) == expected, "seed \(seed)")
    }

    @Test(arguments: ["\u{1B}[", "\u{1B}[?", "\u{1B}]", "\u{1B}P", "\u{1B}_"])
    func `a sequence without end holds little and never becomes text`(begin: String) {
        var decoder = InputDecoder()
        var events = decoder.events(in: Array(begin.utf8), now: .zero)
        for _ in 0..<100 {
            events += decoder.events(in: Array(repeating: 0x31, count: 1_000), now: .zero)
            #expect(decoder.heldByteCount <= InputDecoder.sequenceBytesMax)
        }
        #expect(events == [])
        #expect(decoder.events(in: [0x0D], now: .zero) == [pressed(.enter)])
    }

    @Test func `a sequence of sequenceBytesMax counts, one byte more is passed over up to its end`() {
        let zeros = String(repeating: "0", count: InputDecoder.sequenceBytesMax - 2)
        #expect(decoded("\u{1B}[\(zeros)15~x") == [pressed(.function(5)), pressed("x")])
        #expect(decoded("\u{1B}[0\(zeros)15~x") == [pressed("x")])
        #expect(decoded("\u{1B}[0\(zeros)15\u{1B}[Ax") == [pressed(.up), pressed("x")])
    }
}
