import JSONText
import Testing

@Suite struct JSONValueTests {
    private func read(_ text: String) throws -> JSONValue { try JSONDocument(text.utf8, nestingMax: 32).root }

    @Test func membersAreFoundByNameAtTheirOwnLevelOnly() throws {
        let root = try read(#"{"a":{"b":1,"c":[{"d":2}]},"d":"x","e\n":null}"#)
        #expect(root["a"]?["b"]?.unsigned == 1)
        #expect(root["b"] == nil)
        #expect(root["d"]?.string == "x")
        #expect(root["a"]?["c"]?.elements.first { _ in true }?["d"]?.unsigned == 2)
        #expect(root["e\n"]?.kind == .null)
        #expect(root.members.map(\.name) == ["a", "d", "e\n"])
        #expect(root["a"]?["c"]?["d"] == nil)
    }

    @Test func elementsComeInOrder() throws {
        let root = try read(#"[1,[2,3],{"a":4},5]"#)
        #expect(root.elements.map { String(decoding: $0.source, as: UTF8.self) } == ["1", "[2,3]", #"{"a":4}"#, "5"])
        #expect(Array(try read("{}").elements).isEmpty)
        #expect(Array(try read("[]").members).isEmpty)
    }

    @Test func stringsAreUnescaped() throws {
        #expect(try read(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00é""#).string == "\"\\/\u{8}\u{C}\n\r\tAé€😀é")
        #expect(try read(#""a\u0000b""#).string == "a\u{0}b")
        #expect(try read("7").string == nil)
    }

    @Test func truthIsNeitherNumberNorText() throws {
        #expect(try read("true").boolean == true)
        #expect(try read("false").boolean == false)
        #expect(try read("1").boolean == nil)
        #expect(try read("\"true\"").boolean == nil)
        #expect(try read("null").boolean == nil)
    }

    @Test func sourceIsTheValueAsItStands() throws {
        let root = try read(#" { "a" : "x\n" , "b" : [ 1 ] } "#)
        #expect(root["a"].map { String(decoding: $0.source, as: UTF8.self) } == #""x\n""#)
        #expect(root["b"].map { String(decoding: $0.source, as: UTF8.self) } == "[ 1 ]")
        #expect(String(decoding: root.source, as: UTF8.self) == #"{ "a" : "x\n" , "b" : [ 1 ] }"#)
    }
}
