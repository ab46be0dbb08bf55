import ControlWire
import Identifiers
import NIOCore
import Testing

@testable import LoadSupport

@Suite("A template writes what the encoder would")
struct RequestTemplateTests {
    @Test("with its mark and its request number in their places")
    func message() throws {
        let text = RequestTemplate.text(byteCount: 64)
        let template = try RequestTemplate(.roomMessage(roomID: RoomID(rawValue: 7), senderUsername: "", content: text))
        var buffer = ByteBuffer()
        template.write(mark: 4_294_967_297, requestID: 99, to: &buffer)
        template.write(mark: 4_294_967_298, requestID: 100, to: &buffer)
        let lines = buffer.readableBytesView.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 2)
        for (index, line) in lines.enumerated() {
            let envelope = try ControlLine.decode(line)
            #expect(envelope.requestID == UInt64(99 + index))
            guard case .roomMessage(RoomID(rawValue: 7), _, let content, _) = envelope.message else {
                Issue.record("\(envelope)")
                continue
            }
            #expect(content.hasPrefix("#\(4_294_967_297 + index) the quick"))
        }
    }

    @Test("with a request number only, if it is no message")
    func search() throws {
        let template = try RequestTemplate(.search(SearchRequest(query: "fox", limit: 20)))
        var buffer = ByteBuffer()
        template.write(requestID: 5, to: &buffer)
        let envelope = try ControlLine.decode(buffer.readableBytesView.dropLast())
        #expect(envelope == ControlEnvelope(message: .search(SearchRequest(query: "fox", limit: 20)), requestID: 5))
    }
}
