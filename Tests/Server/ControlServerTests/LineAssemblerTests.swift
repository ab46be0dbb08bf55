import ControlWire
import Testing

@testable import ControlServer

@Suite(.timeLimit(.minutes(1))) struct LineAssemblerTests {
    private func items(_ chunks: [[UInt8]]) -> [LineAssembler.Item] {
        var assembler = LineAssembler()
        var items: [LineAssembler.Item] = []
        for chunk in chunks {
            assembler.append(chunk)
            while let item = assembler.next() { items.append(item) }
        }
        return items
    }

    private func texts(_ items: [LineAssembler.Item]) -> [String] {
        items.map { item in
            switch item {
            case .line(let line): String(decoding: line, as: UTF8.self)
            case .overlong: "(overlong)"
            case .blank: "(blank)"
            }
        }
    }

    @Test func linesAreTheSameHoweverTheyAreCut() {
        let stream = Array("{\"a\":1}\n{\"b\":2}\r\n\n   \n\t\r\n{\"c\":3}\nrest".utf8)
        let expected = ["{\"a\":1}", "{\"b\":2}\r", "(blank)", "(blank)", "(blank)", "{\"c\":3}"]
        #expect(texts(items([stream])) == expected)
        #expect(texts(items(stream.map { [$0] })) == expected)
        for cut in 1..<stream.count {
            #expect(texts(items([Array(stream[..<cut]), Array(stream[cut...])])) == expected)
        }
    }

    @Test func lineAtTheLimitPassesAndOnePastDoesNot() {
        let longest = [UInt8](repeating: 0x78, count: ControlLine.bytesMax)
        #expect(items([longest + [0x0A]]) == [.line(longest[...])])
        #expect(texts(items([longest + [0x78, 0x0A] + Array("next\n".utf8)])) == ["(overlong)", "next"])
        #expect(texts(items([longest, [0x78, 0x0A], Array("next\n".utf8)])) == ["(overlong)", "next"])
    }

    @Test func overlongLineIsReportedWhileItStreamsAndItsEndIsNotALine() {
        let chunk = [UInt8](repeating: 0x78, count: 40_000)
        // Reported at 80,000; the rest, up to its newline, is dropped.
        #expect(texts(items([chunk, chunk, Array("tail\nnext\n".utf8)])) == ["(overlong)", "next"])
    }

    /// Searched once: searching all that waits for every byte would outlast the suite's time limit.
    @Test func longestLinesMayComeByteByByte() {
        var assembler = LineAssembler()
        var lineCount = 0
        for _ in 0..<3 {
            for byte in [UInt8](repeating: 0x78, count: ControlLine.bytesMax) + [0x0A] {
                assembler.append(CollectionOfOne(byte))
                if case .line(let line) = assembler.next() {
                    lineCount += 1
                    #expect(line.count == ControlLine.bytesMax)
                }
            }
        }
        #expect(lineCount == 3)
    }

    @Test func lineThatNeverEndsIsReportedAgainAndAgain() {
        let chunk = [UInt8](repeating: 0x78, count: ControlLine.bytesMax + 1)
        #expect(items(Array(repeating: chunk, count: 10)).count == 10)
    }
}
