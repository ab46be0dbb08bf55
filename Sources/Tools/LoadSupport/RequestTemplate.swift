import ControlWire
import Identifiers
import NIOCore

/// A request encoded once, with holes for a number and for the `request_id`: pure.
///
/// Encoding every message anew would cost the generator more than sending it.
package struct RequestTemplate {
    private let pieces: [[UInt8]]
    private let holes: [Hole]

    private enum Hole { case mark, requestID }

    /// Numbers that nothing else in a request has.
    private static let markHole = "8111111111111111118"
    private static let requestIDHole: UInt64 = 8_222_222_222_222_222_228

    /// Text that begins with the mark, as long as a sentence of `byteCount` bytes.
    package static func text(byteCount: Int) -> String {
        "#\(markHole) " + String(repeating: "the quick brown fox ", count: byteCount / 20 + 1).prefix(byteCount - 12)
    }

    /// - Parameter message: may contain ``text(byteCount:)``.
    package init(_ message: ControlMessage) throws {
        let line = try ControlLine.encode(ControlEnvelope(message: message, requestID: Self.requestIDHole))
        var text = Substring(String(decoding: line, as: UTF8.self))
        var pieces: [[UInt8]] = []
        var holes: [Hole] = []
        while let next = Self.nextHole(in: text) {
            pieces.append(Array(text[..<next.range.lowerBound].utf8))
            holes.append(next.hole)
            text = text[next.range.upperBound...]
        }
        self.pieces = pieces + [Array(text.utf8)]
        self.holes = holes
    }

    /// Appends the request with its newline.
    package func write(mark: UInt64 = 0, requestID: UInt64, to buffer: inout ByteBuffer) {
        for (index, piece) in pieces.enumerated() {
            buffer.writeBytes(piece)
            guard index < holes.count else { break }
            buffer.writeString(String(holes[index] == .mark ? mark : requestID))
        }
    }

    private static func nextHole(in text: Substring) -> (range: Range<Substring.Index>, hole: Hole)? {
        let mark = text.firstRange(of: markHole).map { ($0, Hole.mark) }
        let requestID = text.firstRange(of: String(requestIDHole)).map { ($0, Hole.requestID) }
        return [mark, requestID].compactMap { $0 }.min { $0.0.lowerBound < $1.0.lowerBound }
    }
}
