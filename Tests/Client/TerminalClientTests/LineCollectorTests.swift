import NetworkSimulator
import Testing

@testable import TerminalClient

struct LineCollectorTests {
    @Test(arguments: 0..<20) func `lines may come in any pieces`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var collector = LineCollector()
        var left = Array("hello\r\n\ngrüß dich\nend".utf8)[...]
        var lines: [String?] = []
        while !left.isEmpty {
            let count = Int.random(in: 1...min(left.count, 6), using: &generator)
            lines += collector.lines(in: left.prefix(count))
            left = left.dropFirst(count)
        }
        lines += collector.rest()
        #expect(lines == ["hello", "", "grüß dich", "end"], "seed \(seed)")
        #expect(collector.rest() == [])
    }

    @Test func `a line of lineBytesMax is taken, one byte more is not, and what follows is whole`() {
        var collector = LineCollector()
        let most = String(repeating: "x", count: LineCollector.lineBytesMax)
        #expect(collector.lines(in: Array((most + "\n").utf8)) == [most])
        #expect(collector.lines(in: Array((most + "x\nhello\n").utf8)) == [nil, "hello"])
    }
}
