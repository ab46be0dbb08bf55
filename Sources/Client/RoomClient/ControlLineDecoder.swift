import ControlWire
import NIOCore

/// What the framing makes of the bytes from the server.
enum InboundLine: Sendable {
    case line(ByteBuffer)
    /// A line over the limit, thrown away while it came; its length is only known to be more.
    case tooLong
}

/// Cuts the stream at newlines and never holds more than ``ControlLine/bytesMax`` of an unfinished line.
struct ControlLineDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = InboundLine

    private var isSkipping = false
    /// Bytes of the buffer that are known to hold no newline, so that a slow sender costs no second search.
    private var searchedCount = 0

    mutating func decode(buffer: inout ByteBuffer) throws -> InboundLine? {
        while true {
            let unsearched = buffer.readableBytesView.dropFirst(searchedCount)
            guard let end = unsearched.firstIndex(of: UInt8(ascii: "\n")) else {
                searchedCount = buffer.readableBytes
                if searchedCount > ControlLine.bytesMax {
                    isSkipping = true
                }
                if isSkipping {
                    buffer.moveReaderIndex(forwardBy: buffer.readableBytes)
                    searchedCount = 0
                }
                return nil
            }
            let count = end - buffer.readerIndex
            searchedCount = 0
            let line = buffer.readSlice(length: count)
            buffer.moveReaderIndex(forwardBy: 1)
            if isSkipping || count > ControlLine.bytesMax {
                isSkipping = false
                return .tooLong
            }
            if let line, line.readableBytes > 0 { return .line(line) }
        }
    }

    /// An unfinished line at the end of the stream is not a message.
    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> InboundLine? {
        try decode(buffer: &buffer)
    }
}
