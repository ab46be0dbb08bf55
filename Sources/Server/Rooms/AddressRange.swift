import Glibc

/// An address of the Internet as one number: the 16 bytes of IPv6 in network byte order, IPv4 mapped into it
/// (RFC 4291 §2.5.5.2), so that both order and compare alike.
public struct NetworkAddress: Hashable, Comparable, Sendable {
    let value: UInt128

    init(value: UInt128) { self.value = value }

    /// - Parameter text: as `inet_pton(3)` reads it, with or without a zone; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        if let bytes = Self.parse(text, family: AF_INET, byteCount: 4) {
            value = Self.mappedPrefix | bytes
        } else if let bytes = Self.parse(text, family: AF_INET6, byteCount: 16) {
            value = bytes
        } else {
            return nil
        }
    }

    /// - Parameter bytes: 16 of them; nil for any other count.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    var bytes: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: value >> (UInt128(15 - $0) * 8)) } }

    var isIPv4: Bool { value >> 32 == Self.mappedPrefix >> 32 }

    public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool { left.value < right.value }

    private static let mappedPrefix: UInt128 = 0xFFFF << 32

    private static func parse(_ text: String, family: Int32, byteCount: Int) -> UInt128? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard inet_pton(family, text, &bytes) == 1 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// Shortest form (RFC 5952); dots for IPv4.
    public var description: String {
        let bytes = isIPv4 ? Array(bytes.suffix(4)) : bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Every address from the first to the last, both included.
public struct AddressRange: Hashable, Sendable {
    /// Why a text names no range, in one sentence.
    struct Refusal: Error, Equatable {
        let reason: String
    }

    let first: NetworkAddress
    let last: NetworkAddress

    init?(first: NetworkAddress, last: NetworkAddress) {
        guard first <= last else { return nil }
        self.init(from: first, through: last)
    }

    /// Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/48` or `FIRST-LAST`. Bits of a prefix's host part count for nothing.
    init(_ text: String) throws(Refusal) {
        if let slash = text.firstIndex(of: "/") {
            try self.init(address: text[..<slash], prefixLength: text[text.index(after: slash)...])
        } else if let dash = text.firstIndex(of: "-") {
            let (first, last) = (NetworkAddress(text[..<dash]), NetworkAddress(text[text.index(after: dash)...]))
            guard let first, let last, first.isIPv4 == last.isIPv4 else { throw Self.unreadable }
            guard first <= last else { throw Refusal(reason: "The range ends (\(last)) before it begins (\(first))") }
            self.init(from: first, through: last)
        } else {
            guard let address = NetworkAddress(text) else { throw Self.unreadable }
            self.init(from: address, through: address)
        }
    }

    private init(address: Substring, prefixLength: Substring) throws(Refusal) {
        guard let address = NetworkAddress(address), prefixLength.allSatisfy({ $0.isASCII && $0.isNumber }),
            let length = Int(prefixLength)
        else { throw Self.unreadable }
        let bitCount = address.isIPv4 ? 32 : 128
        guard length <= bitCount else {
            throw Refusal(reason: "A prefix of this address has at most \(bitCount) bits")
        }
        let hostBits = bitCount - length
        let hostMask: UInt128 = hostBits == 128 ? .max : (1 << UInt128(hostBits)) - 1
        self.init(
            from: NetworkAddress(value: address.value & ~hostMask),
            through: NetworkAddress(value: address.value | hostMask))
    }

    private init(from first: NetworkAddress, through last: NetworkAddress) {
        self.first = first
        self.last = last
    }

    public func contains(_ address: NetworkAddress) -> Bool { first <= address && address <= last }

    private static let unreadable = Refusal(
        reason: "An address is one as 192.0.2.1 or 2001:db8::1, a prefix as 192.0.2.0/24, or a range FIRST-LAST")
}

extension AddressRange: CustomStringConvertible {
    /// One address, a prefix where it is one, else `FIRST-LAST`.
    public var description: String {
        if first == last { return first.description }
        let span = last.value - first.value
        let isPrefix = span & (span &+ 1) == 0 && first.value & span == 0 && first.isIPv4 == last.isIPv4
        guard isPrefix else { return "\(first)-\(last)" }
        return "\(first)/\((first.isIPv4 ? 32 : 128) - (128 - span.leadingZeroBitCount))"
    }
}
