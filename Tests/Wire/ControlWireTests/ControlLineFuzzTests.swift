import ControlWire
import NetworkSimulator
import Testing

/// Changed and torn lines are read or refused, and what is read can be written and read again.
@Suite struct ControlLineFuzzTests {
    private static let lines = ControlMessageExamples.all.compactMap {
        try? ControlLine.encode(
            ControlEnvelope(senderID: ControlMessageExamples.user, message: $0.message, requestID: 9))
    }
    /// What the reader looks for, so that changes hit more than the inside of texts.
    private static let telling = Array(#"{}[]",:\u0e-.19 tfn"#.utf8) + [0x00, 0x0A, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xFF]

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func changedLinesAreReadOrRefused(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (readCount, refusedCount) = (0, 0)
        for _ in 0..<5_000 {
            let line = changed(&random)
            guard let envelope = try? ControlLine.decode(line) else {
                refusedCount += 1
                _ = ControlLine.requestID(of: line)
                continue
            }
            readCount += 1
            let again = try ControlLine.encode(envelope)
            #expect(try ControlLine.decode(again.dropLast()) == envelope, "seed \(seed): \(line)")
        }
        #expect(readCount > 100 && refusedCount > 100, "seed \(seed): \(readCount) read")
    }

    private func changed(_ random: inout SeededGenerator) -> [UInt8] {
        var line = Array(Self.lines[Int.random(in: 0..<Self.lines.count, using: &random)].dropLast())
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let index = Int.random(in: 0..<line.count, using: &random)
            let end = min(line.count, index + Int.random(in: 1...8, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: line[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: line[index] = Self.telling[Int.random(in: 0..<Self.telling.count, using: &random)]
            case 2: line.insert(Self.telling[Int.random(in: 0..<Self.telling.count, using: &random)], at: index)
            case 3: line.insert(contentsOf: line[index..<end], at: index)
            case 4: line[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default: if line.count > 8 { line.removeSubrange(index..<end) }
            }
        }
        return line
    }
}
