import CSocketBatch
import Glibc

/// An IPv4 or IPv6 address with a port. Trivially copyable; comparing allocates nothing.
@safe public struct SocketAddress: Equatable, Sendable {
    /// As the kernel takes it.
    public var raw: socket_address

    public init(raw: socket_address) { self.raw = raw }

    /// A numeric IPv4 or IPv6 address (a scope as in `fe80::1%eth0` is understood); nil when `host` is a
    /// name or nonsense. Allocates.
    public init?(host: String, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &found) == 0, let first = unsafe found else { return nil }
        defer { unsafe freeaddrinfo(first) }
        let length = unsafe first.pointee.ai_addrlen
        guard let address = unsafe first.pointee.ai_addr, Int(length) <= MemoryLayout<sockaddr_in6>.size else {
            return nil
        }
        var raw = socket_address()
        unsafe withUnsafeMutableBytes(of: &raw) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
        raw.length = UInt32(length)
        self.raw = raw
    }

    /// Lends the address as system calls take it.
    func withKernelAddress<Result>(_ use: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        // The whole union, not its `any` member: that is only as long as an IPv4 address.
        unsafe withUnsafeBytes(of: raw) {
            unsafe use($0.assumingMemoryBound(to: sockaddr.self).baseAddress.unsafelyUnwrapped, raw.length)
        }
    }

    public var isIPv6: Bool { raw.any.sa_family == sa_family_t(AF_INET6) }

    /// Host byte order.
    public var port: UInt16 { UInt16(bigEndian: isIPv6 ? raw.v6.sin6_port : raw.v4.sin_port) }

    /// All addresses of the machine.
    var isWildcard: Bool {
        var raw = raw
        guard isIPv6 else { return raw.v4.sin_addr.s_addr == 0 }
        return unsafe withUnsafeBytes(of: &raw.v6.sin6_addr) { unsafe $0.allSatisfy { $0 == 0 } }
    }

    public static func == (a: SocketAddress, b: SocketAddress) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { a in
            unsafe withUnsafePointer(to: b.raw) { b in unsafe socket_address_equal(a, b) }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `203.0.113.7:8081` or `[2001:db8::7]:8081`. Allocates.
    public var description: String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let failure = unsafe withKernelAddress { address, length in
            unsafe getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        }
        guard failure == 0 else { return "unknown address" }
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return isIPv6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    }
}
