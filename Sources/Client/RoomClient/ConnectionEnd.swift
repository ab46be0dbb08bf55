import Glibc
import NIOCore
import NIOSSL

/// Why a connection ended, in words for a person. Pure.
enum ConnectionEnd {
    static let closed = "the server closed the connection"

    static func words(for error: any Error) -> String {
        switch error {
        // A server that is killed has no time for TLS's own goodbye: it looks like this, and is no attack on a protocol
        // whose messages have ends of their own.
        case NIOSSLError.uncleanShutdown, ChannelError.eof, ChannelError.inputClosed: closed
        case let error as IOError: "the connection broke: \(String(cString: strerror(error.errnoCode)))"
        // What a library says of itself helps nobody, and may hold paths of the machine it was built on.
        default: "the connection broke"
        }
    }
}
