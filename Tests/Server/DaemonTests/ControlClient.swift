import ControlWire
import Foundation

/// A blocking connection to a server of this machine, without TLS: logs in and says what came of it. One thread at a time.
final class ControlClient {
    /// The server is gone, or says nothing for a minute.
    struct Closed: Error {}

    private let descriptor: Int32
    private var buffer: [UInt8] = []

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

    /// The answer to one request of a connection of its own; announcements are passed over.
    static func ask(_ message: ControlMessage, port: UInt16) throws -> ControlMessage {
        let client = try ControlClient(port: port)
        let line = try ControlLine.encode(ControlEnvelope(message: message, requestID: 1))
        guard send(client.descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else { throw Closed() }
        while true {
            let envelope = try ControlLine.decode(try client.nextLine())
            if envelope.requestID == 1 { return envelope.message }
        }
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
