import RoomClient
import Testing

struct ServerAddressTests {
    @Test(arguments: [
        ("chat.example.org", "chat.example.org:8080"), ("Chat.Example.ORG:9000", "chat.example.org:9000"),
        ("192.0.2.7", "192.0.2.7:8080"), ("192.0.2.7:1", "192.0.2.7:1"), ("[::1]", "[::1]:8080"),
        ("[2001:DB8::7]:65535", "[2001:db8::7]:65535"), ("::1", "[::1]:8080"), ("fe80::1%eth0", "[fe80::1%eth0]:8080"),
    ])
    func `every way of writing an address is understood`(text: String, canonical: String) throws {
        #expect(try ServerAddress(parsing: text).description == canonical)
    }

    @Test(arguments: [
        "", ":8080", "host:", "host:0", "host:65536", "host:+80", "host:80x", "[::1", "[::1]8080", "[host]:80", "a b",
        "http://host", "host\u{202E}", "héllo",
    ])
    func `nonsense is refused with what is wrong`(text: String) {
        #expect { try ServerAddress(parsing: text) } throws: { error in
            (error as? RoomClientError)?.code == .addressInvalid
        }
    }

    @Test func `a host may have 253 bytes and no more`() throws {
        let longest = String(repeating: "a", count: ServerAddress.hostBytesMax)
        #expect(try ServerAddress(parsing: longest).host == longest)
        #expect(throws: RoomClientError.self) { try ServerAddress(parsing: longest + "a") }
    }

    @Test(arguments: [
        ("localhost", true), ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("127.0.0.1.example.org", false),
        ("10.0.0.1", false), ("::2", false), ("localhost.example.org", false),
    ])
    func `only this machine is loopback`(host: String, isLoopback: Bool) {
        #expect(ServerAddress(host: host).isLoopback == isLoopback)
    }
}
