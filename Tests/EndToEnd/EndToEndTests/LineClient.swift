import ControlWire
import Foundation

/// A blocking connection to the control channel, without TLS. One thread at a time.
final class LineClient {
    /// The server is gone, or does not answer within a minute.
    struct Closed: Error {}

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var nextRequestID: UInt64 = 1

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let failure = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failure == 0 else { throw Closed() }
    }

    deinit { close(descriptor) }

    /// Sends a request and gives its number.
    func send(_ message: ControlMessage) throws -> UInt64 {
        let requestID = nextRequestID
        nextRequestID += 1
        let line = try ControlLine.encode(ControlEnvelope(message: message, requestID: requestID))
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes { bytes in
                Foundation.send(
                    descriptor, bytes.baseAddress.map { $0 + sent }, line.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
        return requestID
    }

    /// The next answer, to whatever request; announcements are passed over.
    func nextAnswer() throws -> (requestID: UInt64, message: ControlMessage) {
        while true {
            let envelope = try ControlLine.decode(try nextLine())
            if let requestID = envelope.requestID { return (requestID, envelope.message) }
        }
    }

    /// Sends a request and waits for its answer. Nothing else may be under way.
    func ask(_ message: ControlMessage) throws -> ControlMessage {
        let requestID = try send(message)
        let answer = try nextAnswer()
        guard answer.requestID == requestID else { throw Closed() }
        return answer.message
    }

    private func nextLine() throws -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeFirst(end + 1) }
                return Array(buffer[..<end])
            }
            var piece = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { throw Closed() }
            buffer += piece[..<count]
        }
    }
}
