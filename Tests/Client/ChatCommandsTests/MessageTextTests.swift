import ControlWire
import Identifiers
import Testing

@testable import ChatCommands

struct MessageTextTests {
    private let text = MessageText(time: TimeText(zone: .utc))

    private func message(_ content: String) -> ChatMessage {
        ChatMessage(
            id: MessageID(rawValue: 12), conversation: .room(RoomID(rawValue: 1)), authorID: UserID(rawValue: 2),
            author: "ada", content: content, sentAt: 1_795_381_509_250)
    }

    @Test func `a message is a line with number, time, author and text`() {
        #expect(text.lines(message("good morning")) == ["#12 2026-11-22 21:05:09Z ada: good morning"])
    }

    @Test func `answers, edits and deletions are marked`() {
        var changed = message("good evening")
        changed.replyTo = MessageID(rawValue: 7)
        changed.editedAt = 1
        #expect(text.lines(changed) == ["#12 2026-11-22 21:05:09Z ada (to #7) (edited): good evening"])
        changed.deletedAt = 2
        changed.content = ""
        #expect(text.lines(changed) == ["#12 2026-11-22 21:05:09Z ada (to #7): (deleted)"])
    }

    @Test func `no text looks like another message or moves the cursor`() {
        let lines = text.lines(message("a\n#13 2026-11-22 21:05:10Z bob: forged\u{1B}[2J\u{202E}x"))
        #expect(lines.count == 2)
        #expect(lines[1] == "    #13 2026-11-22 21:05:10Z bob: forged\u{FFFD}[2J\u{FFFD}x")
    }

    @Test func `emoji that are joined stay together, in messages and in what was found`() {
        let family = "👨\u{200D}👩\u{200D}👧\u{200D}👦"
        #expect(text.lines(message("we \(family)")) == ["#12 2026-11-22 21:05:09Z ada: we \(family)"])
        let hit = SearchHit(message: message("x"), snippet: family, marks: [])
        #expect(text.lines(hit, in: "General") == ["#12 2026-11-22 21:05:09Z [General] ada: \(family)"])
    }

    @Test func `matches stand in brackets; marks outside the snippet are passed over`() {
        func hit(_ snippet: String, _ marks: [(Int, Int)]) -> String {
            MessageText.marked(
                SearchHit(
                    message: message(snippet), snippet: snippet,
                    marks: marks.map { SearchHit.Mark(start: $0.0, length: $0.1) }))
        }
        #expect(hit("the coffee is cold", [(4, 6), (14, 4)]) == "the [coffee] is [cold]")
        #expect(hit("e\u{301}tude", [(2, 2)]) == "e\u{301}[tu]de")
        #expect(hit("abc", [(2, 9), (-1, 1), (0, 0), (Int.max, 1), (1, Int.max), (0, 1)]) == "[a]bc")
        #expect(
            text.lines(SearchHit(message: message("x"), snippet: "x", marks: []), in: "General")
                == ["#12 2026-11-22 21:05:09Z [General] ada: x"])
    }

    @Test func `columns are as wide as their widest cell in columns of a terminal`() {
        let lines = TextTable.lines(["ID", "NAME", "X"], [["1", "東京", "a"], ["22", "abc", ""]])
        #expect(lines == ["ID  NAME  X", "1   東京  a", "22  abc"])
        #expect(TextTable.lines(["ID"], []).isEmpty)
    }
}
