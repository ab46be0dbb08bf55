#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns one line of the control channel into a message, and back.
public enum ControlLine {
    /// Longest line, without its newline, that either side sends or accepts.
    public static let bytesMax = 65_536
    /// Deepest nesting of objects and arrays that either side accepts; messages of this version need five.
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
        guard line.count <= bytesMax else { throw .tooLong(byteCount: line.count) }
        if let cause = unreadable(line) { throw .malformed(cause) }
        do {
            return try JSONDecoder().decode(ControlEnvelope.self, from: Data(line))
        } catch let unknown as UnknownVariant {
            throw .unknownVariant(String(unknown.name.prefix(64)))
        } catch let error as DecodingError {
            throw .malformed(explain(error))
        } catch {
            throw .malformed("not valid JSON")
        }
    }

    /// The `request_id` of a line that ``decode(_:)`` refused, if that much of it can be read, so that its
    /// sender learns which request failed.
    public static func requestID(of line: some Collection<UInt8>) -> UInt64? {
        guard line.count <= bytesMax, unreadable(line) == nil else { return nil }
        return try? JSONDecoder().decode(RequestTag.self, from: Data(line)).requestID
    }

    /// What must never reach the decoder, which traps where its own limit of 512 levels is passed by the last byte.
    ///
    /// Without zero bytes the line is not UTF-16 or UTF-32, which the decoder would take and in which quotes
    /// cannot be told by their bytes.
    private static func unreadable(_ line: some Collection<UInt8>) -> String? {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in line {
            if byte == 0 { return "a zero byte is not JSON in UTF-8" }
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\") where isInString: isEscaped = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): if !isInString { depth += 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isInString { depth -= 1 }
            default: break
            }
            if depth > nestingMax { return "nested deeper than \(nestingMax) levels" }
        }
        return nil
    }

    private struct RequestTag: Decodable {
        let requestID: UInt64?
        enum CodingKeys: String, CodingKey { case requestID = "request_id" }
    }

    /// Writes one line, newline included. Allocates; any thread.
    ///
    /// A message that cannot be written (a volume that is not a number) is a fault of the caller and is refused.
    public static func encode(_ envelope: ControlEnvelope) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        // Sorted, so that the same message is always the same bytes.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do {
            let json = try encoder.encode(envelope)
            guard json.count <= bytesMax else { throw Failure.tooLong(byteCount: json.count) }
            var line = [UInt8]()
            line.reserveCapacity(json.count + 1)
            line.append(contentsOf: json)
            line.append(UInt8(ascii: "\n"))
            return line
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .malformed("cannot be written as JSON")
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            let place = path(context)
            return "field “\(key.stringValue.prefix(64))” is missing\(place.isEmpty ? "" : " in \(place.prefix(128))")"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(path(context).prefix(128)) has the wrong type"
        case .dataCorrupted(let context):
            let place = path(context)
            return place.isEmpty ? "not valid JSON" : "\(place.prefix(128)) has a value that is not allowed"
        @unknown default:
            return "not valid JSON"
        }
    }
}
