import Testing

@testable import Rooms

@Suite struct MentionParserTests {
    @Test(arguments: [
        ("hello @ann", ["ann"]),
        ("@ann, @bob and (@carl)!", ["ann", "bob", "carl"]),
        ("ask @ann.", ["ann"]),
        ("ask @ann.smith-jones...", ["ann.smith-jones"]),
        ("@\"Ann of Cleves\" is here", ["Ann of Cleves"]),
        ("@\"a\"@\"b\"", ["a", "b"]),
        ("@Zoë @Æsop @ἄλφα @用户", ["Zoë", "Æsop", "ἄλφα", "用户"]),
        ("tab\t@ann\n@bob", ["ann", "bob"]),
        ("@ann @ann", ["ann", "ann"]),
    ])
    func namesAreFound(_ text: String, _ names: [String]) {
        #expect(MentionParser.names(in: text) == names)
    }

    @Test(arguments: [
        "nobody here", "", "@", "@@", "@ ann", "mail ann@example.org", "mail bob_@x", "fediverse @ann@example.org",
        "@\"never closed", "@\"over two\nlines\"", "@\"\"", "@...", "é@ann", "7@ann",
    ])
    func otherTextMentionsNobody(_ text: String) {
        #expect(MentionParser.names(in: text) == [])
    }

    @Test func quotedNamesAreReadUpToTheLimitAndNotOnePast() {
        let longest = String(repeating: "x", count: MentionParser.nameScalarsMax)
        #expect(MentionParser.names(in: "@\"\(longest)\"") == [longest])
        #expect(MentionParser.names(in: "@\"\(longest)x\"") == [])
    }
}
