import Crypto
import Foundation
import Testing
import VoiceWire

@testable import VoiceSealing

/// The vectors of `Documentation/Protocol.md`, made by another implementation, against ours.
@Suite("Test vectors of the protocol page")
struct ProtocolVectorTests {
    typealias Vector = [String: String]

    /// Every ```` ```vector ```` block of the page.
    static func vectors() throws -> [Vector] {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "Documentation/Protocol.md"), encoding: .utf8)
        var vectors: [Vector] = []
        var isInside = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```vector" {
                vectors.append([:])
                isInside = true
            } else if line == "```" {
                isInside = false
            } else if isInside, let equals = line.firstRange(of: " = ") {
                vectors[vectors.count - 1][String(line[..<equals.lowerBound])] = String(line[equals.upperBound...])
            }
        }
        return vectors
    }

    static func bytes(_ vector: Vector, _ name: String) throws -> [UInt8] {
        let digits = Array(try #require(vector[name]))
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0...($0 + 1)]), radix: 16))
        }
    }

    static func number<Value: FixedWidthInteger>(_ vector: Vector, _ name: String) throws -> Value {
        let text = try #require(vector[name])
        return try #require(Value(text))
    }

    @Test("the page has them all")
    func complete() throws {
        let names = try Self.vectors().compactMap { $0["name"] }
        #expect(names.count == 14)
        for type in ["hello", "welcome", "voice", "ping", "pong", "goodbye", "bundle"] {
            #expect(names.contains { $0.hasPrefix(type) }, "a vector for \(type)")
        }
    }

    @Test("checksum and header of an unsealed datagram")
    func unsealed() throws {
        for vector in try Self.vectors() where vector["payload"] != nil {
            let datagram = try Self.bytes(vector, "datagram")
            guard case .header(let header) = datagram.withUnsafeBytes({ VoiceHeader.parse($0) }) else {
                Issue.record("\(vector["name"] ?? "") is refused")
                continue
            }
            var written = [UInt8](repeating: 0, count: 19) + (try Self.bytes(vector, "payload"))
            written.withUnsafeMutableBytes { header.write(to: $0) }
            #expect(written == datagram)
            #expect(Array(datagram[..<15]) == (try Self.bytes(vector, "header")))
        }
    }

    @Test("epoch keys: a datagram of the epoch opens under the page's key alone")
    func epochKeys() throws {
        for vector in try Self.vectors() where vector["epoch_key"] != nil {
            guard let sessionKey = SessionKey(try Self.bytes(vector, "session_key")) else {
                Issue.record("a session key has 32 bytes")
                continue
            }
            let derived = EpochKey(
                cipher: .chaCha20Poly1305, sessionKey: sessionKey, epoch: try Self.number(vector, "epoch"))
            let plaintext: [UInt8] = [1, 2, 3, 4, 5]
            var sealed = [UInt8](repeating: 0, count: plaintext.count + SealedTrailer.tagByteCount)
            sealed.withUnsafeMutableBytes { output in
                guard let address = output.baseAddress else { return }
                plaintext.withUnsafeBytes { plaintext in
                    derived.seal(
                        plaintext, additional: UnsafeRawBufferPointer(start: nil, count: 0), counter: 9, to: address)
                }
            }
            let pageKey = SymmetricKey(data: try Self.bytes(vector, "epoch_key"))
            let nonce = try ChaChaPoly.Nonce(data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])
            let box = try ChaChaPoly.SealedBox(nonce: nonce, ciphertext: sealed[..<5], tag: sealed[5...])
            #expect(Array(try ChaChaPoly.open(box, using: pageKey)) == plaintext)
        }
    }

    @Test("bundles: ours is the page's, record by record, and ours reads the page's")
    func bundles() throws {
        for vector in try Self.vectors() where vector["records"] != nil {
            let name = vector["name"] ?? ""
            let plaintext = try Self.bytes(vector, "plaintext")
            let expected = try Self.records(vector)
            let (read, isMalformed) = plaintext.withUnsafeBytes { plaintext in
                var reader = BundleReader(plaintext)
                var read: [PageRecord] = []
                while let element = reader.next() {
                    read.append(PageRecord(record: element.record, frame: Array(element.frame)))
                }
                return (read, reader.isMalformed)
            }
            #expect(read == expected && !isMalformed, "\(name)")
            let written = expected.flatMap { expected in
                var header = [UInt8](repeating: 0, count: BundleRecord.headerByteCount)
                header.withUnsafeMutableBytes { expected.record.write(to: $0) }
                return header + expected.frame
            }
            #expect(written == plaintext, "\(name)")
        }
    }

    private struct PageRecord: Equatable {
        let record: BundleRecord
        let frame: [UInt8]
    }

    /// A bundle's records: voice, sequence, timestamp, flags, Opus packet, extension blocks.
    private static func records(_ vector: Vector) throws -> [PageRecord] {
        try #require(vector["records"]).split(separator: ", ").map { text in
            let names = ["voice", "sequence", "timestamp", "flags", "opus", "blocks"]
            let fields = Vector(uniqueKeysWithValues: zip(names, text.split(separator: " ").map(String.init)))
            let opus = try bytes(fields, "opus")
            let blocks = fields["blocks"] == "-" ? [] : try bytes(fields, "blocks")
            let header = VoiceHeader(
                type: .voice, flags: DatagramFlags(rawValue: try number(fields, "flags")),
                voice: VoiceID(rawValue: try number(fields, "voice")), room: VoiceRoomID(rawValue: 3),
                sequence: SequenceNumber(rawValue: try number(fields, "sequence")),
                timestamp: MediaTimestamp(rawValue: try number(fields, "timestamp")),
                opusByteCount: UInt16(opus.count))
            return PageRecord(
                record: BundleRecord(header, frameByteCount: opus.count + blocks.count), frame: opus + blocks)
        }
    }

    @Test("every sealed datagram: ours is the page's, and ours opens the page's")
    func sealed() throws {
        for vector in try Self.vectors() where vector["cipher"] != nil {
            guard let cipher = VoiceCipher(rawValue: try #require(vector["cipher"])),
                VoiceCipher.available.contains(cipher)
            else { continue }
            let plaintext = try Self.bytes(vector, "plaintext")
            let expected = try Self.bytes(vector, "datagram")
            let typeNumber: UInt8 = try Self.number(vector, "type")
            let type = try #require(DatagramType(rawValue: typeNumber))
            let header = VoiceHeader(
                type: type,
                flags: DatagramFlags(rawValue: try Self.number(vector, "flags")),
                voice: VoiceID(rawValue: try Self.number(vector, "voice")),
                room: VoiceRoomID(rawValue: try Self.number(vector, "room")),
                sequence: SequenceNumber(rawValue: try Self.number(vector, "sequence")),
                timestamp: MediaTimestamp(rawValue: try Self.number(vector, "timestamp")),
                payloadByteCount: UInt16(plaintext.count + 20), opusByteCount: try Self.number(vector, "opus_length"))
            var sealer = SealedDatagram.sealer(
                cipher, key: try Self.bytes(vector, "session_key"), startingAt: try Self.number(vector, "counter"))
            #expect(
                SealedDatagram.seal(plaintext, header: header, with: &sealer) == expected, "\(vector["name"] ?? "")")
            var opener = SealedDatagram.opener(cipher, key: try Self.bytes(vector, "session_key"))
            #expect(SealedDatagram.open(expected, with: &opener) == .body(plaintext), "\(vector["name"] ?? "")")
        }
    }
}
