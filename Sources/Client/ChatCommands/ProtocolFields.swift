import ControlWire
import JSONText
import TerminalSupport

/// What `--json` prints: the fields of the protocol as the server would write them, so that `Documentation/Protocol.md` is
/// the reference for both. Pure.
enum ProtocolFields {
    /// The fields of a message, as one line.
    static func line(of message: ControlMessage) throws(CommandFailure) -> String {
        text(of: try fields(of: message))
    }

    /// The rows of a message's list, a line each.
    static func lines(of message: ControlMessage, list name: StaticString) throws(CommandFailure) -> [String] {
        guard let list = try fields(of: message)[name] else { return [] }
        return list.elements.map(text)
    }

    private static func fields(of message: ControlMessage) throws(CommandFailure) -> JSONValue {
        do {
            let line = try ControlLine.encode(ControlEnvelope(message: message))
            let document = try JSONDocument(line, nestingMax: ControlLine.nestingMax)
            if let body = document.root["message_type"]?.members.first(where: { _ in true })?.value { return body }
        } catch {
            throw CommandFailure(.software, "the answer cannot be written as JSON: \(error).")
        }
        throw CommandFailure(.software, "the answer has no fields to write as JSON.")
    }

    private static func text(of value: JSONValue) -> String { String(decoding: value.source, as: UTF8.self) }
}
