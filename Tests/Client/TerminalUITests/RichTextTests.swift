import CellScreen
import Testing

@testable import TerminalUI

struct RichTextTests {
    private func pieces(_ text: String, mentioned: [String] = [], own: String? = nil) -> ([String], [String]) {
        var grid = CellGrid(columns: 1, rows: 1)
        let rich = RichText(theme: Theme(colors: .none), mentioned: mentioned, ownName: own)
        return (rich.pieces(text, in: &grid).map(\.text), grid.links)
    }

    @Test func `an address is a link, without the sentence around it`() {
        #expect(pieces("see https://a.org/b?c=d#e.").0 == ["see ", "https://a.org/b?c=d#e", "."])
        #expect(pieces("(http://a.org)").0 == ["(", "http://a.org", ")"])
        #expect(pieces("http://a.org/x_(y)").0 == ["http://a.org/x_(y)"])
        #expect(pieces("https://a.org, https://b.org").1 == ["https://a.org", "https://b.org"])
    }

    @Test func `letters outside of ASCII are written as terminals take them`() {
        #expect(pieces("https://a.org/ä漢").1 == ["https://a.org/%C3%A4%E6%BC%A2"])
    }

    @Test(arguments: ["https://", "http:/a", "xhttps://a.org", "javascript:alert(1)", "a: b", "mailto:x@y.z"])
    func `what is no address is none`(text: String) {
        #expect(pieces(text).0.joined() == text)
        #expect(pieces(text).1.isEmpty)
    }

    @Test func `mentions are those that the message has, and one's own`() {
        #expect(pieces("hi @bob and @bobby", mentioned: ["bob"]).0 == ["hi ", "@bob", " and @bobby"])
        #expect(pieces("@Cy Young: look", mentioned: ["Cy Young"]).0 == ["@Cy Young", ": look"])
        #expect(pieces("@ADA!", own: "ada").0 == ["@ADA", "!"])
        #expect(pieces("mail x@bob", mentioned: ["bob"]).0 == ["mail x@bob"])
    }
}
