import Foundation
import JSONText
import NetworkSimulator
import Testing

/// Changed texts are read or refused and never trap; what is read is JSON to another reader too.
@Suite struct JSONFuzzTests {
    private static let texts = [
        #"{"sender_id":7,"message_type":{"RoomMessage":{"room_id":1,"content":"a\n\"b\" é😀 \ud83d\ude00"}}}"#,
        #"[0,-1,1.5,2e3,-0.25E-2,true,false,null,"",[],{},[[[]]],{"a":{"b":[1,{"c":"d"}]}}]"#,
        #" { "a" : [ "\u00e9" , "\\\/\b\f" ] , "b" : { } , "c" : null } "#,
    ].map { Array($0.utf8) }
    private static let telling =
        Array(#"{}[]",:\u0e-+.19 tfn/"#.utf8) + [0x00, 0x0A, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xFF]

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func whatIsReadIsJSONToOthers(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var readCount = 0
        for _ in 0..<3_000 {
            var text = Self.texts[Int.random(in: 0..<Self.texts.count, using: &random)]
            let index = Int.random(in: 0..<text.count, using: &random)
            let byte = Self.telling[Int.random(in: 0..<Self.telling.count, using: &random)]
            switch Int.random(in: 0..<3, using: &random) {
            case 0: text[index] = byte
            case 1: text.insert(byte, at: index)
            default: text.remove(at: index)
            }
            guard let document = try? JSONDocument(text, nestingMax: 32) else { continue }
            readCount += 1
            visit(document.root)
            #expect(throws: Never.self, "seed \(seed): \(String(decoding: text, as: UTF8.self))") {
                try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            }
        }
        #expect(readCount > 300, "seed \(seed)")
    }

    /// Asks every value for everything: none of the answers may trap.
    private func visit(_ value: JSONValue) {
        _ = (value.string, value.boolean, value.unsigned, value.signed, value.float, value.double, value.source)
        for element in value.elements { visit(element) }
        for (_, member) in value.members { visit(member) }
    }
}
