import ControlWire
import NIOCore
import Testing

@testable import RoomClient

struct ControlLineDecoderTests {
    /// Feeds the bytes in pieces and returns the lines' lengths, nil for one that was too long.
    private func lengths(_ bytes: [UInt8], pieceBytes: Int) throws -> [Int?] {
        var decoder = ControlLineDecoder()
        var buffer = ByteBuffer()
        var found: [Int?] = []
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            buffer.writeBytes(bytes[start..<min(start + pieceBytes, bytes.count)])
            while let line = try decoder.decode(buffer: &buffer) {
                if case .line(let text) = line { found.append(text.readableBytes) } else { found.append(nil) }
            }
            #expect(buffer.readableBytes <= ControlLine.bytesMax)
        }
        return found
    }

    @Test(arguments: [1, 2, 3, 100])
    func `lines are found however they arrive, and empty ones skipped`(pieceBytes: Int) throws {
        #expect(try lengths(Array("ab\n\ncde\nf".utf8), pieceBytes: pieceBytes) == [2, 3])
    }

    @Test(arguments: [1_000, 200_000])
    func `a line of bytesMax passes, one byte more is thrown away alone`(pieceBytes: Int) throws {
        let longest = [UInt8](repeating: 0x61, count: ControlLine.bytesMax)
        let newline = UInt8(ascii: "\n")
        let bytes = longest + [newline] + longest + [0x61, newline, 0x62, newline]
        #expect(try lengths(bytes, pieceBytes: pieceBytes) == [ControlLine.bytesMax, nil, 1])
    }

    @Test func `a line without end holds no memory`() throws {
        let endless = [UInt8](repeating: 0x61, count: 5 * ControlLine.bytesMax)
        #expect(try lengths(endless + Array("\nb\n".utf8), pieceBytes: 10_000) == [nil, 1])
    }
}
