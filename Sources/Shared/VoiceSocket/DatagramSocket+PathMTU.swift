import Glibc

extension DatagramSocket {
    /// Bytes of the longest datagram that goes to the connected peer in one piece: the path's MTU, as the kernel knows it
    /// now, less the headers of IP and UDP. Nil when the kernel does not say.
    ///
    /// One system call (`IP_MTU` of ip(7), `IPV6_MTU` of ipv6(7)); any thread, never blocks. The way back may be another one:
    /// it is taken to be the same.
    public var pathDatagramBytesMax: Int? {
        let isIPv6 = localAddress.isIPv6
        var mtu: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let status =
            isIPv6
            ? unsafe getsockopt(fileDescriptor, Int32(IPPROTO_IPV6), IPV6_MTU, &mtu, &length)
            : unsafe getsockopt(fileDescriptor, Int32(IPPROTO_IP), IP_MTU, &mtu, &length)
        guard status == 0, mtu > 0 else { return nil }
        return max(0, Int(mtu) - (isIPv6 ? 40 : 20) - 8)
    }
}
