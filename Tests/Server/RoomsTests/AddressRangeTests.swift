import Testing

@testable import Rooms

/// Which addresses a text means, at its edges.
@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"),
        ("192.0.2.77/24", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"),
        ("192.0.2.77/32", "192.0.2.77", "192.0.2.77", "192.0.2.77"),
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0/0"),
        ("192.0.2.5-192.0.2.9", "192.0.2.5", "192.0.2.9", "192.0.2.5-192.0.2.9"),
        ("192.0.2.0-192.0.2.127", "192.0.2.0", "192.0.2.127", "192.0.2.0/25"),
        ("2001:db8::1", "2001:db8::1", "2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:1::/64", "2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8::a-2001:db8::c", "2001:db8::a", "2001:db8::c", "2001:db8::a-2001:db8::c"),
        ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"),
    ])
    func textsAreRead(_ text: String, _ first: String, _ last: String, _ shown: String) throws {
        let range = try AddressRange(text)
        #expect(range.first == NetworkAddress(first))
        #expect(range.last == NetworkAddress(last))
        #expect(range.description == shown)
        #expect(try AddressRange(range.description) == range)
    }

    @Test(arguments: [
        "", "/", "-", "192.0.2.1/33", "2001:db8::/129", "192.0.2.1/", "192.0.2.1/-1", "192.0.2.1/+8", "192.0.2",
        "192.0.2.9-192.0.2.5", "192.0.2.1-2001:db8::1", "example.org", "192.0.2.1/24/3", "192.0.2.1 ", "/24",
        "192.0.2.1-", "１９２.0.2.1", "192.0.2.1/٢٤",
    ])
    func textsThatMeanNothingAreRefused(_ text: String) {
        #expect(throws: AddressRange.Refusal.self) { try AddressRange(text) }
    }

    @Test func theEdgesBelongToARangeAndTheirNeighboursDoNot() throws {
        let range = try AddressRange("192.0.2.16/28")
        for inside in ["192.0.2.16", "192.0.2.31", "::ffff:192.0.2.20"] {
            #expect(range.contains(try #require(NetworkAddress(inside))))
        }
        for outside in ["192.0.2.15", "192.0.2.32", "::c000:214", "2001:db8::1"] {
            #expect(!range.contains(try #require(NetworkAddress(outside))))
        }
    }

    /// All of IPv6 has IPv4 in it, as the mapped addresses that a dual-stack socket shows.
    @Test func everythingIsEverything() throws {
        #expect(try AddressRange("::/0").contains(try #require(NetworkAddress("192.0.2.1"))))
        #expect(!(try AddressRange("0.0.0.0/0").contains(try #require(NetworkAddress("2001:db8::1")))))
    }
}
