import CellScreen
import NetworkSimulator
import Testing

@testable import TerminalUI

struct ScreenLayoutTests {
    @Test func `narrow screens give up the members, then the rooms`() {
        func parts(_ columns: Int) -> [Bool] {
            let layout = ScreenLayout(columns: columns, rows: 24, ScreenLayout.Needs())
            return [layout.rooms != nil, layout.members != nil]
        }
        #expect(parts(59) == [false, false])
        #expect(parts(60) == [true, false])
        #expect(parts(79) == [true, false])
        #expect(parts(80) == [true, true])
    }

    @Test func `the list of members is shown where it has the keys, and left out where it is not wanted`() {
        var needs = ScreenLayout.Needs()
        needs.showsMembers = false
        #expect(ScreenLayout(columns: 200, rows: 50, needs).members == nil)
        needs.hasMembersFocus = true
        #expect(ScreenLayout(columns: 200, rows: 50, needs).members != nil)
        #expect(ScreenLayout(columns: 40, rows: 10, needs).members?.columns == 20)
    }

    @Test(arguments: 0..<300)
    func `parts fill the screen without touching each other, and the conversation keeps three rows`(number: Int) {
        let seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 5
        var random = SeededGenerator(seed: seed)
        let columns = Int.random(in: ScreenLayout.columnsMin...400, using: &random)
        let rows = Int.random(in: ScreenLayout.rowsMin...120, using: &random)
        var needs = ScreenLayout.Needs()
        needs.inputRows = Int.random(in: 0...200, using: &random)
        needs.statusRows = Int.random(in: 0...5, using: &random)
        needs.isInVoice = random.chance(0.5)
        needs.showsMembers = random.chance(0.5)
        needs.hasMembersFocus = random.chance(0.3)
        let layout = ScreenLayout(columns: columns, rows: rows, needs)
        let bands = [layout.title, layout.conversation, layout.rule, layout.voice, layout.input, layout.status]
        for (upper, lower) in zip(bands, bands.dropFirst()) { #expect(upper.endRow == lower.row, "seed \(seed)") }
        #expect(layout.status.endRow == rows, "seed \(seed)")
        #expect(layout.conversation.rows >= 3, "seed \(seed)")
        #expect(layout.input.rows >= 1 && layout.status.rows >= 1, "seed \(seed)")
        #expect(layout.conversation.columns >= 18, "seed \(seed)")
        if let left = layout.rooms { #expect(left.endColumn + 1 == layout.conversation.column, "seed \(seed)") }
        if let right = layout.members {
            #expect(layout.conversation.endColumn + 1 == right.column, "seed \(seed)")
            #expect(right.endColumn == columns, "seed \(seed)")
        }
    }
}
