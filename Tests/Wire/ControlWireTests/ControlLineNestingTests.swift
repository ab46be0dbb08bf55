import ControlWire
import Testing

/// However deep a line nests, it is refused with a reason and never a trap.
@Suite struct ControlLineNestingTests {
    private func refusal(_ line: [UInt8]) -> ControlLine.Failure? {
        #expect(ControlLine.requestID(of: line) == nil)
        return #expect(throws: ControlLine.Failure.self) { try ControlLine.decode(line) }
    }

    private let tooDeep = ControlLine.Failure.malformed("nested deeper than 32 levels")

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func linesPastTheLimitAreRefusedAtAnyDepth(_ opening: String) {
        for count in 33...1_100 { #expect(refusal(Array(String(repeating: opening, count: count).utf8)) == tooDeep) }
    }

    @Test func nestingIsCountedAtTheLimitAndOnePast() throws {
        let line = { (depth: Int) in
            let inner = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return Array(#"{"message_type":"Ping","addition":\#(inner)}"#.utf8)
        }
        #expect(try ControlLine.decode(line(ControlLine.nestingMax - 1)).message == .ping)
        #expect(refusal(line(ControlLine.nestingMax)) == tooDeep)
    }

    @Test func bracketsInTextAreText() throws {
        let text = #"\"\\"# + String(repeating: "[{", count: 600)
        let line = Array(#"{"message_type":{"RoomMessage":{"room_id":1,"content":"\#(text)"}}}"#.utf8)
        guard case .roomMessage(_, _, let content, _) = try ControlLine.decode(line).message else {
            Issue.record("not a message")
            return
        }
        #expect(content.hasSuffix("[{"))
    }

    /// U+2201 has the byte of a quote in it, which would hide the brackets behind it.
    @Test func depthCannotBeHiddenInAnotherEncoding() {
        let text = "[\"\u{2201}\"," + String(repeating: "[", count: 512)
        #expect(refusal(text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) != nil)
        #expect(refusal(text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) != nil)
    }
}
