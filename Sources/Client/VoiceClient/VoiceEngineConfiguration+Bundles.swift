import VoiceSocket
import VoiceWire

extension VoiceEngineConfiguration {
    /// What `VoiceConnect` is to ask for: the longest bundle, as a whole datagram in bytes, that reaches this machine from
    /// `host` in one piece. 0: none, because ``takesBundles`` is false or the way takes nothing of use.
    ///
    /// `host` is numeric, as the control connection reached it: the relay is there too. Makes a socket, which sends nothing,
    /// to ask the kernel; does not block. Where it does not know, the longest datagram there is counts.
    public func bundleBytesMax(towards host: String) -> Int {
        guard takesBundles else { return 0 }
        let path = SocketAddress(host: host, port: Self.discardPort).flatMap { try? DatagramSocket(connectingTo: $0) }
        return Self.bundleBytesMax(onPathOf: path?.pathDatagramBytesMax)
    }

    /// The same for a path whose longest datagram is known, or is not.
    static func bundleBytesMax(onPathOf datagramBytes: Int?) -> Int {
        let byteCount = min(datagramBytes ?? VoiceWireLimits.datagramBytesMax, VoiceWireLimits.datagramBytesMax)
        return byteCount < bundleBytesMin ? 0 : byteCount
    }

    /// The shortest that servers grant.
    static let bundleBytesMin = 256
    /// The way depends on the host alone. RFC 863: whatever were sent there would be thrown away.
    private static let discardPort: UInt16 = 9
}
