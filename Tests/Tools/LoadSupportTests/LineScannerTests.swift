import NetworkSimulator
import Testing

@testable import LoadSupport

@Suite("Lines are found whole, however the bytes come")
struct LineScannerTests {
    @Test("in pieces of any size", arguments: [UInt64(1), 2, 3, 4, 5])
    func pieces(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lines = (0..<200).map { "line \($0) " + String(repeating: "x", count: Int(generator.next() % 90)) }
        let bytes = Array((lines.joined(separator: "\n") + "\nrest").utf8)
        var scanner = LineScanner()
        var found: [String] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...150, using: &generator))
            Array(bytes[start..<end]).withUnsafeBytes { piece in
                scanner.scan(piece) { found.append(String(decoding: $0.bytes, as: UTF8.self)) }
            }
            start = end
        }
        #expect(found == lines, "seed \(seed)")
    }

    @Test("and empty ones are lines")
    func empty() {
        var scanner = LineScanner()
        var count = 0
        Array("\n\n".utf8).withUnsafeBytes { piece in scanner.scan(piece) { _ in count += 1 } }
        #expect(count == 2)
    }

    @Test("a line's numbers are read where they stand")
    func numbers() {
        let text = ##"{"message_type":{"RoomMessage":{"content":"#4294967297 the","room_id":7}},"request_id":12}"##
        Self.withLine(text) { line in
            #expect(line.requestID == 12)
            #expect(line.mark == 4_294_967_297)
            #expect(!line.isRefusal)
        }
    }

    @Test("an announcement has no request, other text no mark")
    func absent() {
        Self.withLine(#"{"message_type":{"RoomMessage":{"content":"hello #1","room_id":7}}}"#) { line in
            #expect(line.requestID == nil)
            #expect(line.mark == nil)
        }
        Self.withLine(##"{"content":"#"##) { #expect($0.mark == nil) }
    }

    @Test(
        "refusals of every kind are known",
        arguments: [
            #"{"message_type":{"ServerResponse":{"success":false,"content":"no"}},"request_id":1}"#,
            #"{"message_type":{"AuthFailure":{"reason":"no"}},"request_id":1}"#,
            #"{"message_type":{"RoomNotFound":{"room_id":1}},"request_id":1}"#,
        ])
    func refusals(text: String) {
        Self.withLine(text) { #expect($0.isRefusal) }
    }

    @Test("only the server's question is a ping")
    func pings() {
        Self.withLine(##"{"message_type":"Ping","sender_id":0}"##) { #expect($0.isPing) }
        Self.withLine(##"{"message_type":"Pong","sender_id":0}"##) { #expect(!$0.isPing) }
        Self.withLine(##"{"message_type":{"RoomMessage":{"content":"\"message_type\":\"Ping\"","room_id":7}}}"##) {
            #expect(!$0.isPing)
        }
    }

    private static func withLine(_ text: String, _ body: (ServerLine) -> Void) {
        Array(text.utf8).withUnsafeBytes { body(ServerLine(bytes: $0)) }
    }
}
