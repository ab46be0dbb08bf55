import Credentials
import Testing

@Suite struct AccountNameTests {
    @Test(arguments: ["alice", "Ann-Marie 3", "Łukasz", "山田", "o'neil", "a", "émile", "🎤"])
    func ordinaryNamesAreKeptAsTyped(_ name: String) throws {
        #expect(try AccountName(name).display == name)
    }

    /// Pairs that a person would read as the same name.
    @Test(arguments: [
        ("Alice", "aLICE"), ("Ａｌｉｃｅ", "alice"), ("STRASSE", "straße"), ("ﬁnn", "FINN"), ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("e\u{301}mile", "ÉMILE"), ("\u{212A}im", "kim"), ("a\u{A0}b", "A B"),
    ])
    func namesThatDifferByCaseOrFormShareAKey(_ one: String, _ other: String) throws {
        #expect(try AccountName(one).key == AccountName(other).key)
    }

    @Test func differentNamesHaveDifferentKeys() throws {
        #expect(try AccountName("alice").key != AccountName("alicia").key)
    }

    @Test(arguments: [
        ("", TextRefusal.Cause.empty), ("a\u{0}b", .control), ("a\nb", .control), ("a\u{7F}", .control),
        ("a\u{85}", .control), ("a\u{2028}b", .control), ("a\u{202E}b", .direction), ("a\u{2066}b", .direction),
        ("a\u{200F}b", .direction), ("a\u{200B}b", .invisible), ("a\u{200D}b", .invisible), ("a\u{FEFF}", .invisible),
        ("a\u{3164}", .invisible), ("a\u{E0041}", .invisible), ("a\u{AD}b", .invisible), ("\u{2800}", .invisible),
        ("\u{301}a", .invisible), ("a\u{E000}", .unassigned), ("a\u{FFFFF}", .unassigned), ("a\u{378}", .unassigned),
        (" a", .space), ("a ", .space), ("a  b", .space), ("\u{3000}a", .space), ("a\u{1680}b", .space),
        ("System", .reserved), ("ＳＹＳＴＥＭ", .reserved),
    ])
    func deceptiveNamesAreRefusedWithTheCause(_ name: String, _ cause: TextRefusal.Cause) {
        let refusal = #expect(throws: TextRefusal.self) { try AccountName(name) }
        #expect(refusal?.cause == cause)
        #expect(refusal?.description.hasPrefix("User name") == true)
    }

    @Test func charactersAreCountedAtTheLimitAndOnePast() throws {
        #expect(try AccountName(String(repeating: "ä", count: 32)).display.count == 32)
        let refusal = #expect(throws: TextRefusal.self) { try AccountName(String(repeating: "ä", count: 33)) }
        #expect(refusal?.cause == .tooLong)
    }

    /// One visible character may hide many combining marks: bytes are counted as well.
    @Test func bytesAreCountedAtTheLimitAndOnePast() throws {
        let marks = String(repeating: "\u{332}", count: 63)
        #expect(try AccountName("ab" + marks).display.utf8.count == AccountName.bytesMax)
        let refusal = #expect(throws: TextRefusal.self) { try AccountName("abc" + marks) }
        #expect(refusal?.cause == .tooLong)
    }

    @Test func roomNamesFollowTheSameRulesWithTheirOwnCap() throws {
        #expect(try RoomName(String(repeating: "x", count: 48)).key.count == 48)
        #expect(throws: TextRefusal.self) { try RoomName(String(repeating: "x", count: 49)) }
        #expect(throws: TextRefusal.self) { try RoomName("a\u{202E}b") }
        #expect(try RoomName("LOBBY").key == RoomName("lobby").key)
    }
}
