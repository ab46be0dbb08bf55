import Testing
import VoiceSocket

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "numeric addresses are read and written",
        arguments: [
            ("127.0.0.1", "127.0.0.1:8081"), ("0.0.0.0", "0.0.0.0:8081"), ("::", "[::]:8081"), ("::1", "[::1]:8081"),
            ("2001:db8::7", "[2001:db8::7]:8081"),
        ])
    func numeric(host: String, text: String) throws {
        let address = try #require(SocketAddress(host: host, port: 8_081))
        #expect(address.description == text)
        #expect(address.port == 8_081)
        #expect(address.isIPv6 == host.contains(":"))
    }

    @Test("names and nonsense are not addresses", arguments: ["localhost", "", "300.1.1.1", "1.2.3.4.5", ":::"])
    func nonsense(host: String) {
        #expect(SocketAddress(host: host, port: 1) == nil)
    }

    @Test("addresses are equal by address and port")
    func equality() throws {
        let a = try #require(SocketAddress(host: "127.0.0.1", port: 5))
        #expect(a == SocketAddress(host: "127.0.0.1", port: 5))
        #expect(a != SocketAddress(host: "127.0.0.1", port: 6))
        #expect(a != SocketAddress(host: "127.0.0.2", port: 5))
        #expect(a != SocketAddress(host: "::ffff:127.0.0.1", port: 5))
        #expect(SocketAddress(host: "::1", port: 5) == SocketAddress(host: "::1", port: 5))
        #expect(SocketAddress(host: "::1", port: 5) != SocketAddress(host: "::2", port: 5))
    }
}
