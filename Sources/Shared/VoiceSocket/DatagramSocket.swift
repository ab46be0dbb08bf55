import CSocketBatch
import Glibc

/// A non-blocking UDP socket. Closed when the last reference goes.
public final class DatagramSocket: Sendable {
    /// For polling, and for the batches.
    public let fileDescriptor: Int32
    /// The address it is bound to, with the port the kernel chose when none was given.
    public let localAddress: SocketAddress

    /// Why a socket could not be had, in words for the person who runs the program.
    public struct SocketError: Error, CustomStringConvertible {
        public let operation: String
        public let address: String
        public let errorNumber: Int32

        public var description: String {
            let reason = unsafe String(cString: strerror(errorNumber))
            let advice =
                switch errorNumber {
                case EADDRINUSE: "another program uses the port: stop it or choose another port"
                case EACCES: "ports below 1024 need permission: choose a higher one"
                case EADDRNOTAVAIL: "this machine does not have that address"
                case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
                default: "check address and network"
                }
            return "cannot \(operation) UDP \(address): \(reason); \(advice)"
        }
    }

    /// Room asked for in the kernel's buffers, in bytes; the kernel may give less (net.core.rmem_max).
    public static let bufferBytesDefault: Int32 = 4 << 20

    /// Binds to `address`. With `sharesPort`, further sockets may bind the same port and the kernel
    /// spreads senders over them (`SO_REUSEPORT`, socket(7)).
    public init(binding address: SocketAddress, sharesPort: Bool = false) throws(SocketError) {
        let descriptor = try Self.open(address, bufferBytes: Self.bufferBytesDefault)
        if address.isIPv6 { Self.set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0) }
        // Listening everywhere, answers must leave from where the question came to: a client takes them from nobody else.
        if address.isWildcard { socket_report_local_addresses(descriptor, address.isIPv6 ? AF_INET6 : AF_INET) }
        if sharesPort { Self.set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        guard unsafe address.withKernelAddress({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            let errorNumber = errno
            close(descriptor)
            throw SocketError(operation: "listen on", address: "\(address)", errorNumber: errorNumber)
        }
        fileDescriptor = descriptor
        localAddress = Self.name(of: descriptor) ?? address
    }

    /// Makes a socket that talks to one peer only; datagrams of others never reach it.
    public init(
        connectingTo peer: SocketAddress, bufferBytes: Int32 = DatagramSocket.bufferBytesDefault
    ) throws(SocketError) {
        let descriptor = try Self.open(peer, bufferBytes: bufferBytes)
        guard unsafe peer.withKernelAddress({ unsafe connect(descriptor, $0, $1) }) == 0 else {
            let errorNumber = errno
            close(descriptor)
            throw SocketError(operation: "reach", address: "\(peer)", errorNumber: errorNumber)
        }
        fileDescriptor = descriptor
        localAddress = Self.name(of: descriptor) ?? peer
    }

    deinit { close(fileDescriptor) }

    /// Sends one datagram to the connected peer. False when the kernel did not take it.
    /// Any thread; never blocks, does not allocate.
    public func send(_ datagram: UnsafeRawBufferPointer) -> Bool { unsafe sendingError(datagram) == 0 }

    /// Sends one datagram to the connected peer. Zero, or the number (errno(3)) of why the kernel did not take it.
    /// Any thread; never blocks, does not allocate.
    public func sendingError(_ datagram: UnsafeRawBufferPointer) -> Int32 {
        let count = unsafe Glibc.send(fileDescriptor, datagram.baseAddress, datagram.count, Int32(MSG_DONTWAIT))
        return count < 0 ? errno : 0
    }

    /// Takes one datagram, cut to `buffer` if it is longer; nil when none is waiting.
    /// Any thread; never blocks, does not allocate.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = unsafe recv(fileDescriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        return count >= 0 ? count : nil
    }

    /// Room that the kernel gave for what arrives, in bytes of its own counting: twice what it was asked for (socket(7)).
    public var receiveBufferBytes: Int {
        var bytes: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(fileDescriptor, SOL_SOCKET, SO_RCVBUF, &bytes, &length)
        return Int(bytes)
    }

    /// Whether the kernel gave less room than was asked for: `net.core.rmem_max` is lower.
    public var isReceiveBufferShort: Bool { receiveBufferBytes < 2 * Int(Self.bufferBytesDefault) }

    /// Makes the kernel note when each datagram came, for ``ReceiveBatch/age(_:)`` (SO_TIMESTAMPNS, socket(7)).
    public func stampArrivals() { socket_stamp_arrivals(fileDescriptor) }

    /// Of sockets that share a port, in the order in which they were bound, makes each get the datagrams whose 16-bit
    /// big-endian number at `offset` leaves its index as remainder. Call it once, on any of them, when all are bound.
    /// - Returns: false if the kernel refuses; it then goes on spreading senders over them.
    public func steerSharedPort(byNumberAt offset: Int, socketCount: Int) -> Bool {
        socket_steer_by_number(fileDescriptor, UInt32(offset), UInt32(socketCount))
    }

    /// Datagrams the kernel has thrown away because this socket was read too slowly. One system call.
    public var receiveDrops: UInt32 { socket_receive_drops(fileDescriptor) }

    private static func open(_ address: SocketAddress, bufferBytes: Int32) throws(SocketError) -> Int32 {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        guard descriptor >= 0 else {
            throw SocketError(operation: "open a socket for", address: "\(address)", errorNumber: errno)
        }
        set(descriptor, SOL_SOCKET, SO_RCVBUF, bufferBytes)
        set(descriptor, SOL_SOCKET, SO_SNDBUF, bufferBytes)
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func set(_ descriptor: Int32, _ level: Int, _ option: Int32, _ value: Int32) {
        set(descriptor, Int32(level), option, value)
    }

    private static func name(of descriptor: Int32) -> SocketAddress? {
        var raw = socket_address()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let failed = unsafe withUnsafeMutableBytes(of: &raw) {
            unsafe getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length) != 0
        }
        raw.length = length
        return failed ? nil : SocketAddress(raw: raw)
    }
}
