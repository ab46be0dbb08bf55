import Testing

@testable import ControlServer

@Suite struct PlaintextPolicyTests {
    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func loopbackIsTrusted(_ address: String) {
        #expect(ClientAddress(numeric: address).isLoopback)
    }

    @Test(arguments: [
        "192.168.0.1", "10.0.0.1", "128.0.0.1", "::", "fe80::1%eth0", "::ffff:192.168.0.1", "", "localhost",
    ])
    func nothingElseIs(_ address: String) {
        #expect(!ClientAddress(numeric: address).isLoopback)
    }

    @Test(arguments: [
        (UInt8(ascii: "{"), FirstByte.plaintextRefused), (UInt8(ascii: " "), .plaintextRefused), (0x16, .tls),
        (UInt8(ascii: "G"), .unknown),
    ])
    func withoutPermissionOnlyTLSIsLetIn(_ first: UInt8, _ expected: FirstByte) {
        #expect(FirstByte(first, allowsPlaintext: false) == expected)
    }

    @Test(arguments: [
        (UInt8(ascii: "{"), FirstByte.plaintext), (0x0A, .plaintext), (0x16, .tls), (UInt8(ascii: "G"), .unknown),
        (UInt8(ascii: "["), .unknown),
    ])
    func withPermissionJSONIsLetInToo(_ first: UInt8, _ expected: FirstByte) {
        #expect(FirstByte(first, allowsPlaintext: true) == expected)
    }

    @Test func oneIPv6HostIsOneAddress() {
        let one = ClientAddress(numeric: "2001:db8:1:2:3:4:5:6")
        #expect(one.key == ClientAddress(numeric: "2001:db8:1:2::9").key)
        #expect(one.key != ClientAddress(numeric: "2001:db8:1:3::9").key)
        #expect(ClientAddress(numeric: "::ffff:192.0.2.7").key == ClientAddress(numeric: "192.0.2.7").key)
        #expect(ClientAddress(numeric: "192.0.2.8").key != ClientAddress(numeric: "192.0.2.7").key)
    }
}
