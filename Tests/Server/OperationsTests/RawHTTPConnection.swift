import Glibc

/// A connection on which anything can be said. Blocks.
final class RawHTTPConnection: Sendable {
    struct Failure: Error { let errorNumber = errno }

    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure() }
    }

    deinit { close(descriptor) }

    func ask(_ path: String) throws { try say("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n") }

    func say(_ text: String) throws {
        let bytes = Array(text.utf8)
        // A server that has closed already has said what it thinks.
        guard
            send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count || errno == EPIPE
                || errno == ECONNRESET
        else { throw Failure() }
    }

    /// Whether something comes, or the end, within so many milliseconds.
    func isAnswered(within milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) > 0
    }

    /// What comes next; empty at the end.
    func answer() throws -> String {
        guard isAnswered(within: 30_000) else { throw Failure() }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// All that comes until the end.
    func rest() throws -> String {
        var text = ""
        while case let part = try answer(), !part.isEmpty { text += part }
        return text
    }
}
