/// Where a server's control channel listens, as a person writes it.
///
/// Understood: `host`, `host:port`, `192.0.2.7:8080`, `[2001:db8::7]:8080`, `[::1]`, and an IPv6 address alone (`::1`).
public struct ServerAddress: Hashable, Sendable {
    /// The port of the control channel where none is given.
    public static let portDefault: UInt16 = 8080
    /// Longest host name accepted, in bytes (RFC 1035 §2.3.4).
    public static let hostBytesMax = 253

    /// Lower case, without brackets.
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16 = ServerAddress.portDefault) {
        self.host = host.lowercased()
        self.port = port
    }

    /// Reads what a person wrote; throws ``RoomClientError`` (`addressInvalid`) with what is wrong about it.
    public init(parsing text: String) throws(RoomClientError) {
        let (host, portText) = try Self.split(text)
        guard !host.isEmpty else { throw Self.invalid(text, "the host is missing") }
        guard host.utf8.count <= Self.hostBytesMax else {
            throw Self.invalid(text, "the host is longer than \(Self.hostBytesMax) bytes")
        }
        guard host.utf8.allSatisfy(Self.isHostByte) else {
            throw Self.invalid(text, "a host has letters, digits, “.”, “-”, “_”, or is an IPv6 address")
        }
        guard let portText else {
            self.init(host: host)
            return
        }
        guard let port = UInt16(portText), port > 0, portText.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
            throw Self.invalid(text, "the port is a number from 1 to 65535")
        }
        self.init(host: host, port: port)
    }

    /// True for addresses that cannot leave this machine, and for the name `localhost`.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1" || Self.isIPv4Loopback(host)
    }

    /// True when the host is written as a number, which neither SNI nor a certificate's DNS names can carry.
    public var isNumeric: Bool {
        host.contains(":") || Self.isIPv4(host)
    }

    private static func split(_ text: String) throws(RoomClientError) -> (host: String, port: String?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw invalid(text, "“[” has no “]”") }
            let host = String(text[text.index(after: text.startIndex)..<end])
            guard host.contains(":") else { throw invalid(text, "brackets are for IPv6 addresses") }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw invalid(text, "after “]” comes “:port” or nothing") }
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let colonCount = text.utf8.count { $0 == UInt8(ascii: ":") }
        guard colonCount == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isIPv4Loopback(_ host: String) -> Bool {
        isIPv4(host) && host.hasPrefix("127.")
    }

    private static func invalid(_ text: String, _ reason: String) -> RoomClientError {
        RoomClientError(
            .addressInvalid,
            "“\(text.prefix(80))” is not a server address: \(reason). Write HOST, HOST:PORT or [IPV6]:PORT.")
    }
}

extension ServerAddress: CustomStringConvertible {
    /// `host:port`, an IPv6 host in brackets: the name under which a server's certificate is remembered.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
