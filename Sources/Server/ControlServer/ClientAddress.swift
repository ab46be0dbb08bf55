import Glibc
import NIOCore
import Rooms

/// A peer's address as limits and the plaintext rule see it.
struct ClientAddress: Sendable, Equatable {
    /// What limits count under: an IPv4 address, or the /64 that one IPv6 host owns as a rule.
    let key: String
    let isLoopback: Bool
    /// What bans ask for: the whole address; nil for one of no kind that we know.
    let network: NetworkAddress?

    init(_ address: SocketAddress?) {
        self.init(numeric: address?.ipAddress ?? "")
    }

    /// - Parameter text: as `inet_ntop(3)` writes it, with or without a zone; anything else is nobody's address.
    init(numeric text: String) {
        let withoutZone = String(text.prefix { $0 != "%" })
        if let bytes = Self.parse(withoutZone, family: AF_INET, byteCount: 4) {
            self.init(v4: bytes, NetworkAddress(withoutZone))
        } else if let bytes = Self.parse(withoutZone, family: AF_INET6, byteCount: 16) {
            self.init(v6: bytes, NetworkAddress(withoutZone))
        } else {
            self.init(key: "unknown", isLoopback: false, network: nil)
        }
    }

    private init(key: String, isLoopback: Bool, network: NetworkAddress?) {
        self.key = key
        self.isLoopback = isLoopback
        self.network = network
    }

    private init(v4 bytes: ArraySlice<UInt8>, _ network: NetworkAddress?) {
        self.init(
            key: bytes.map { String($0) }.joined(separator: "."), isLoopback: bytes.first == 127, network: network)
    }

    private init(v6 bytes: ArraySlice<UInt8>, _ network: NetworkAddress?) {
        // A dual-stack socket shows IPv4 peers as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if bytes.starts(with: mappedPrefix) {
            self.init(v4: bytes.suffix(4), network)
            return
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        self.init(
            key: groups.joined(separator: ":") + "::/64",
            isLoopback: Array(bytes) == Array(repeating: 0, count: 15) + [1], network: network)
    }

    private static func parse(_ text: String, family: Int32, byteCount: Int) -> ArraySlice<UInt8>? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return inet_pton(family, text, &bytes) == 1 ? bytes[...] : nil
    }
}
