import Foundation

/// A blocking TCP connection to a port of this machine. One thread at a time.
final class LoopbackSocket {
    /// The server is gone, or says nothing for a minute.
    struct Closed: Error {}

    private let descriptor: Int32

    init(port: UInt16) throws(Closed) {
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

    func send(_ bytes: [UInt8]) throws(Closed) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Foundation.send(
                    descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// What has come, at least one byte.
    func receive() throws(Closed) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { throw Closed() }
        return Array(piece[..<count])
    }

    /// Everything up to the end.
    func receiveToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while let piece = try? receive() { all += piece }
        return all
    }
}
