import Identifiers
import JSONText

/// Turns one line of the control channel into a message, and back.
public enum ControlLine {
    /// Longest line, without its newline, that either side sends or accepts.
    public static let bytesMax = 65_536
    /// Deepest nesting of objects and arrays that either side accepts; messages of this version need seven.
    public static let nestingMax = 32

    /// Why a line was refused. The connection stays usable: the next line stands for itself.
    public enum Failure: Error, Equatable, Sendable {
        /// Not one JSON object of the envelope's shape; the text says what and where.
        case malformed(String)
        /// Well-formed, but of a variant that this version does not know.
        case unknownVariant(String)
        /// Longer than ``bytesMax``.
        case tooLong(byteCount: Int)
    }

    /// Reads one line, without its newline. Allocates; any thread.
    public static func decode(_ line: some Collection<UInt8>) throws(Failure) -> ControlEnvelope {
        let root = try document(line).root
        guard root.kind == .object else { throw .malformed("the line is not an object") }
        do {
            return try ControlEnvelope(from: try Fields(root))
        } catch {
            if case .unknownVariant(let name) = error.problem { throw .unknownVariant(String(name.prefix(64))) }
            throw .malformed(error.text)
        }
    }

    /// The `request_id` of a line that ``decode(_:)`` refused, if that much of it can be read, so that its
    /// sender learns which request failed.
    public static func requestID(of line: some Collection<UInt8>) -> UInt64? {
        try? document(line).root["request_id"]?.unsigned
    }

    private static func document(_ line: some Collection<UInt8>) throws(Failure) -> JSONDocument {
        guard line.count <= bytesMax else { throw .tooLong(byteCount: line.count) }
        do {
            return try JSONDocument(line, nestingMax: nestingMax)
        } catch {
            if case .nestedTooDeep = error.cause { throw .malformed("nested deeper than \(nestingMax) levels") }
            throw .malformed("not valid JSON: \(error)")
        }
    }

    /// Writes one line, newline included: the same message is always the same bytes. Allocates; any thread.
    ///
    /// A message that cannot be written (a volume that is not a number) is a fault of the caller and is refused.
    public static func encode(_ envelope: ControlEnvelope) throws(Failure) -> [UInt8] {
        var writer = JSONWriter()
        writer.append(envelope)
        guard !writer.hasUnwritable else { throw .malformed("cannot be written as JSON") }
        return try line(writer)
    }

    static func line(_ writer: consuming JSONWriter) throws(Failure) -> [UInt8] {
        var line = writer.bytes
        guard line.count <= bytesMax else { throw .tooLong(byteCount: line.count) }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

extension ControlEnvelope: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        // RustyRoom's clients always send it; ours to forgive, because nothing depends on it.
        senderID = try fields.optional("sender_id") ?? .server
        let content = try fields.required("message_type")
        do {
            message = try ControlMessage.read(content)
        } catch {
            throw error.under("message_type")
        }
        requestID = try fields.optional("request_id")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("sender_id", senderID)
        writer.name("message_type")
        message.write(to: &writer)
        // Last, where `ControlLine.tag` puts it as well.
        writer.field("request_id", requestID)
    }
}
