import Foundation
import JSONText
import NetworkSimulator
import Testing

/// What is written is JSON to others as well, and reads back as the same.
@Suite struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commasStandBetweenValuesOnly() {
        let text = written {
            $0.beginObject()
            $0.name("a")
            $0.beginArray()
            $0.integer(UInt64(1))
            $0.beginObject()
            $0.endObject()
            $0.null()
            $0.beginArray()
            $0.endArray()
            $0.endArray()
            $0.name("b\"" as String)
            $0.boolean(true)
            $0.name("c")
            $0.raw(Array("[2]".utf8))
            $0.name("d")
            $0.string("")
            $0.endObject()
        }
        #expect(text == #"{"a":[1,{},null,[]],"b\"":true,"c":[2],"d":""}"#)
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("a\nb\rc\td", #""a\nb\rc\td""#),
        ("\u{0}\u{8}\u{1F}\u{7F}", "\"\\u0000\\u0008\\u001f\u{7F}\""), ("é😀\u{2028}", "\"é😀\u{2028}\""),
        ("\n\n", #""\n\n""#),
    ])
    func onlyWhatMustBeEscapedIs(_ text: String, _ json: String) {
        #expect(written { $0.string(text) } == json)
    }

    @Test func wholeNumbersAreWrittenInFull() {
        #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.integer(UInt64(0)) } == "0")
        #expect(written { $0.integer(UInt64(10)) } == "10")
        #expect(written { $0.integer(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.integer(Int64(-7)) } == "-7")
    }

    @Test(arguments: [(Float(1), "1"), (0.5, "0.5"), (-0.25, "-0.25"), (1e-10, "1e-10"), (1e20, "1e+20"), (0.1, "0.1")])
    func fractionsAreShort(_ value: Float, _ json: String) throws {
        #expect(written { $0.float(value) } == json)
        #expect(try JSONDocument(json.utf8, nestingMax: 1).root.float == value)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func whatIsNoNumberIsReported(_ value: Double) {
        var writer = JSONWriter()
        #expect(!writer.hasUnwritable)
        writer.double(value)
        #expect(writer.hasUnwritable)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "null")
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyTextReadsBackHereAndElsewhere(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pool: [ClosedRange<UInt32>] = [0...0x1F, 0x20...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x1F600...0x1F64F]
        for _ in 0..<100 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let range = pool[Int.random(in: 0..<pool.count, using: &random)]
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
            }
            let string = String(text)
            let json = written { $0.string(string) }
            let own = try JSONDocument(json.utf8, nestingMax: 1).root.string
            #expect(own.map { Array($0.utf8) } == Array(string.utf8), "seed \(seed)")
            let other = try JSONDecoder().decode(String.self, from: Data(json.utf8))
            #expect(Array(other.utf8) == Array(string.utf8), "seed \(seed)")
        }
    }
}
