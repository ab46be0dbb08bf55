import TerminalUI
import Testing

@Suite("input line")
struct InputLineTests {
    @Test("text is inserted at the cursor, and what does not fit is refused whole")
    func insertion() {
        var line = InputLine("ac")
        line.move(by: -1)
        line.insert("b")
        #expect(line.text == "abc")
        #expect(line.cursor == 2)
        line.set(String(repeating: "x", count: InputLine.charactersMax - 1))
        let (fits, isOneTooMany) = (line.insert("y"), !line.insert("z"))
        #expect(fits)
        #expect(isOneTooMany)
        #expect(line.characters.count == InputLine.charactersMax)
    }

    @Test("a combining mark joins the character before it")
    func marks() {
        var line = InputLine("e")
        line.insert("\u{301}")
        #expect(line.characters.count == 1)
        #expect(line.cursor == 1)
        line.deleteBackwards()
        #expect(line.isEmpty)
    }

    @Test("words are deleted and skipped as readline does")
    func words() {
        var line = InputLine("one two  three")
        line.deleteWordBackwards()
        #expect(line.text == "one two  ")
        line.deleteWordBackwards()
        #expect(line.text == "one ")
        line.moveWordBackwards()
        #expect(line.cursor == 0)
        line.moveWordForwards()
        #expect(line.cursor == 3)
        line.deleteToStart()
        #expect(line.text == " ")
    }

    @Test("the word before the cursor is completed in place")
    func completion() {
        var line = InputLine("hello @bo and")
        line.move(by: -4)
        #expect(line.word.text == "@bo")
        line.replaceWord(with: "@bob")
        #expect(line.text == "hello @bob and")
        #expect(line.cursor == 10)
    }

    @Test("history goes back, forth, and returns to what was being typed; it is bounded")
    func history() {
        var line = InputLine()
        for number in 0...InputLine.historyMax {
            line.set("text \(number)")
            let taken = line.take()
            #expect(taken == "text \(number)")
        }
        line.set("draft")
        line.showOlder()
        #expect(line.text == "text \(InputLine.historyMax)")
        for _ in 0...InputLine.historyMax { line.showOlder() }
        // The very first one was forgotten.
        #expect(line.text == "text 1")
        for _ in 0...InputLine.historyMax { line.showNewer() }
        #expect(line.text == "draft")
        line.showNewer()
        #expect(line.text == "draft")
    }
}
