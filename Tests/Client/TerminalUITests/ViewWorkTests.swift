import CellScreen
import ControlWire
import Identifiers
import KeyInput
import NetworkSimulator
import RoomClient
import Testing

@testable import TerminalUI

/// What a screen costs, and that none breaks.
struct ViewWorkTests {
    /// A conversation as long as any that is kept.
    private func crowded(columns: Int, rows: Int) -> Desk {
        let desk = Stage.chat(columns: columns, rows: rows)
        let messages = (100..<100 + UInt64(MessageLog.messagesMax)).map {
            message($0, "Message number \($0), of which there are very many in this room", by: $0 % 2 + 1)
        }
        let question = HistoryRequest(conversation: general, limit: 50)
        desk.answer(
            .history(question, .newest), .history(HistoryPage(conversation: general, messages: messages, hasMore: true))
        )
        return desk
    }

    @Test(arguments: [(80, 24), (200, 50), (400, 120)])
    func `only what is seen is laid out`(columns: Int, rows: Int) {
        let desk = crowded(columns: columns, rows: rows)
        #expect((desk.model.selectedState?.log.messages.count ?? 0) >= 5_000)
        #expect(1...rows ~= View.paint(desk.model).laidOutCount)
        // Scrolled back, with a message chosen that is far from there, and at the very beginning.
        desk.press(.pageUp)
        #expect(1...rows ~= View.paint(desk.model).laidOutCount)
        desk.model.focus = .messages(MessageID(rawValue: 2_000))
        #expect(1...2 * rows ~= View.paint(desk.model).laidOutCount)
        desk.press(.home, .control)
        #expect(1...2 * rows ~= View.paint(desk.model).laidOutCount)
    }

    @Test func `a chosen message is on the screen, wherever it is`() {
        let desk = crowded(columns: 100, rows: 30)
        for id: UInt64 in [100, 2_000, 5_099] {
            desk.model.focus = .messages(MessageID(rawValue: id))
            #expect(View.draw(desk.model).text.contains("▶"), "message \(id)")
        }
    }

    @Test func `a long message shows its beginning while it is chosen, its end else`() {
        let desk = Stage.chat(columns: 80, rows: 24)
        let lines = (1...60).map { "line \($0)" }.joined(separator: "\n")
        desk.say(lines, id: 60)
        #expect(View.draw(desk.model).text.contains("line 60"))
        #expect(!View.draw(desk.model).text.contains("bob: line 1\n"))
        desk.press(.up, .alt)
        let text = View.draw(desk.model).text
        #expect(text.contains("bob: line 1 "))
        #expect(!text.contains("line 60"))
    }

    @Test(arguments: 0..<16)
    func `no size, no text and no key breaks a screen`(number: Int) {
        let seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 3
        var random = SeededGenerator(seed: seed)
        let desk = Stage.voice(columns: 80, rows: 24)
        let keys: [Key] = [
            .enter, .escape, .tab, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .backspace, .delete,
            .insert, .function(1), .function(2), .function(3), .function(4), .function(9), .character("/"),
            .character("ש"), .character("漢"), .character("👩🏽‍🚀"), .character("\u{301}"), .character("y"),
        ]
        let modifiers: [KeyModifiers] = [[], [], [], .alt, .control, .shift]
        for step in 0..<40 {
            if random.chance(0.2) {
                desk.send(
                    .resized(
                        columns: Int.random(in: 0...160, using: &random), rows: Int.random(in: 0...60, using: &random)))
            }
            let key = keys.randomElement(using: &random) ?? .enter
            desk.press(key, modifiers.randomElement(using: &random) ?? [])
            if random.chance(0.3) {
                desk.say("e\u{301}שלום \u{202E}漢字 https://example.org/ä @ada", id: 100 + UInt64(step))
            }
            let grid = View.draw(desk.model)
            #expect(grid.columns == desk.model.size.columns && grid.rows == desk.model.size.rows, "seed \(seed)")
            if let cursor = grid.cursor { #expect(grid.bounds.contains(cursor), "seed \(seed), step \(step)") }
            for change in GridDiff.changes(from: nil, to: grid) {
                #expect(change.cells.last?.text != "" || change.cells.count > 1, "seed \(seed), step \(step)")
            }
        }
    }

    @Test func `without colours there are none`() {
        let desk = Stage.voice(columns: 120, rows: 40, colors: .none)
        for key in [Key.function(1), .function(4), .function(9)] {
            desk.press(key)
            let grid = View.draw(desk.model)
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    let style = grid[row, column].style
                    #expect(style.foreground == .standard && style.background == .standard)
                }
            }
            desk.press(.escape)
        }
    }
}
