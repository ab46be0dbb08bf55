import Glibc
import NIOCore

/// A peer's address as limits and the plaintext rule see it.
struct ClientAddress: Sendable, Equatable {
    /// What limits count under: an IPv4 address, or the /64 that one IPv6 host owns as a rule.
    let key: String
    let isLoopback: Bool

    init(_ address: SocketAddress?) {
        self.init(numeric: address?.ipAddress ?? "")
    }

    /// - Parameter text: as `inet_ntop(3)` writes it, with or without a zone; anything else is nobody's address.
    init(numeric text: String) {
        let withoutZone = String(text.prefix { $0 != "%" })
        if let bytes = Self.parse(withoutZone, family: AF_INET, byteCount: 4) {
            self.init(v4: bytes)
        } else if let bytes = Self.parse(withoutZone, family: AF_INET6, byteCount: 16) {
            self.init(v6: bytes)
        } else {
            self.init(key: "unknown", isLoopback: false)
        }
    }

    private init(key: String, isLoopback: Bool) {
        self.key = key
        self.isLoopback = isLoopback
    }

    private init(v4 bytes: ArraySlice<UInt8>) {
        self.init(key: bytes.map { String($0) }.joined(separator: "."), isLoopback: bytes.first == 127)
    }

    private init(v6 bytes: ArraySlice<UInt8>) {
        // A dual-stack socket shows IPv4 peers as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if bytes.starts(with: mappedPrefix) {
            self.init(v4: bytes.suffix(4))
            return
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        self.init(
            key: groups.joined(separator: ":") + "::/64",
            isLoopback: Array(bytes) == Array(repeating: 0, count: 15) + [1])
    }

    private static func parse(_ text: String, family: Int32, byteCount: Int) -> ArraySlice<UInt8>? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return inet_pton(family, text, &bytes) == 1 ? bytes[...] : nil
    }
}
