import JSONText
import Testing

/// The grammar of RFC 8259, and its advice to be strict: §4 (names), §8 (encoding, surrogates), §9 (depth).
@Suite struct JSONStrictnessTests {
    private func read(_ bytes: [UInt8], nestingMax: Int = 32) throws(JSONFailure) -> JSONValue {
        try JSONDocument(bytes, nestingMax: nestingMax).root
    }

    @Test(arguments: [
        "{}", "[]", "null", "true", "false", "0", "-0", "-1", "1.5", "1e5", "1E+5", "1e-5", "0.0", "-0.1e1", "\"\"",
        " \t\r\n[ 1 , 2 ] \n", #"{"a":1,"b":{"a":1},"":[]}"#, #""\"\\\/\b\f\n\r\t\u0041\u00e9""#, #""\ud83d\ude00""#,
        #""\u0000""#, "\"\u{7F}\u{2028}\"", "\"é€😀\"", #"[[[[]]],{"a":[{}]}]"#, "[1,[2,[3]]]",
        "\"\u{10FFFF}\u{800}\u{7FF}\u{FFFF}\u{D7FF}\u{E000}\"",
    ])
    func wellFormedTextIsRead(_ text: String) throws {
        #expect(try read(Array(text.utf8)).source.isEmpty == false)
    }

    @Test(
        arguments: [
            ("", .endsTooSoon, 0), (" ", .endsTooSoon, 1), ("[", .endsTooSoon, 1), ("[1", .endsTooSoon, 2),
            ("[1,", .endsTooSoon, 3), (#"{"a""#, .endsTooSoon, 4), (#"{"a":"#, .endsTooSoon, 5),
            ("tru", .endsTooSoon, 3),
            (#""a"#, .endsTooSoon, 2), (#""\"#, .endsTooSoon, 1), ("{", .endsTooSoon, 1),
            (#"{"a":1,"#, .endsTooSoon, 7),
            ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
            (#"{"a":1,}"#, .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1),
            (#"{"a" 1}"#, .unexpectedByte, 5), ("{1:1}", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2),
            ("nul1", .unexpectedByte, 3), ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
            ("/*a*/1", .unexpectedByte, 0), ("\u{FEFF}1", .unexpectedByte, 0), ("\u{B}1", .unexpectedByte, 0),
            ("\u{0}", .unexpectedByte, 0),
            ("-Infinity", .invalidNumber, 1), ("-", .invalidNumber, 1), ("1.", .invalidNumber, 2),
            ("1.e5", .invalidNumber, 2), ("1e", .invalidNumber, 2), ("1e+", .invalidNumber, 3),
            ("-a", .invalidNumber, 1),
            ("01", .continues, 1), ("1 2", .continues, 2), ("{} {}", .continues, 3), ("0x10", .continues, 1),
            ("1_000", .continues, 1), ("\"\"\"", .continues, 2), ("]", .unexpectedByte, 0),
            ("\"\n\"", .controlCharacter, 1), ("\"a\u{1F}\"", .controlCharacter, 2), ("\"\t\"", .controlCharacter, 1),
            (#""\a""#, .invalidEscape, 1), (#""\x41""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1),
            (#""\u12"#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1), (#""\'""#, .invalidEscape, 1),
            (#""\ud800""#, .loneSurrogate, 1), (#""\udc00""#, .loneSurrogate, 1), (#""\ud83dx""#, .loneSurrogate, 1),
            (#""\ud83d\ud83d""#, .loneSurrogate, 1), (#""\ud83d\n""#, .loneSurrogate, 1),
            (#"{"a":1,"a":1}"#, .repeatedName, 7), (#"{"a":1,"\u0061":1}"#, .repeatedName, 7),
            (#"[{"b":{},"b":{}}]"#, .repeatedName, 9),
        ] as [(String, JSONFailure.Cause, Int)])
    func otherTextIsRefusedWithItsPlace(_ text: String, _ cause: JSONFailure.Cause, _ byteOffset: Int) {
        let failure = #expect(throws: JSONFailure.self) { try read(Array(text.utf8)) }
        #expect(failure?.cause == cause)
        #expect(failure?.byteOffset == byteOffset)
    }

    /// The first and last byte on either side of each edge in the table of RFC 3629 §4.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0], [0xE1, 0x80, 0x7F], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80], [0xF1, 0x80, 0x80, 0xC0], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(_ sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let failure = #expect(throws: JSONFailure.self) { try read([quote] + sequence + [quote]) }
        #expect(failure?.cause == .invalidUTF8)
        #expect(failure?.byteOffset == 1)
    }

    @Test func namesAreComparedByCodePoints() throws {
        // Equal to Swift's strings, and two names to JSON.
        #expect(try read(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8)).members.map(\.value.unsigned) == [1, 2])
    }

    @Test(arguments: [16, 17, 5_000])
    func repeatedNamesAreFoundInObjectsOfAnySize(_ count: Int) throws {
        func object(_ names: [Int]) -> [UInt8] {
            Array("{\(names.map { #""n\#($0)":0"# }.joined(separator: ","))}".utf8)
        }
        #expect(try Array(read(object(Array(0..<count))).members).count == count)
        let failure = #expect(throws: JSONFailure.self) { try read(object(Array(0..<count - 1) + [count / 2])) }
        #expect(failure?.cause == .repeatedName)
    }

    @Test func nestingIsReadAtTheLimitAndRefusedOnePast() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(try read(nested(7), nestingMax: 7).kind == .array)
        let failure = #expect(throws: JSONFailure.self) { try read(nested(8), nestingMax: 7) }
        #expect(failure?.cause == .nestedTooDeep(levelsMax: 7))
        #expect(failure?.byteOffset == 7)
        #expect(failure.map { "\($0)" } == "nested deeper than 7 levels at byte 7")
    }
}
