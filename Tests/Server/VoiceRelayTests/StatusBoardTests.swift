import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Status board")
struct StatusBoardTests {
    @Test("changes that nobody reads fold into the latest state")
    func folding() throws {
        let board = try StatusBoard(sessionsMax: 2)
        let voice = VoiceID(rawValue: 7)
        board.writer.reset(voice, generation: 3)
        for _ in 0..<1_000 {
            board.writer.update(voice, adding: .speaking)
            board.writer.update(voice, removing: .speaking)
        }
        board.writer.update(voice, adding: [.speaking, .established])
        let change = try #require(board.next())
        #expect(change.0 == voice)
        #expect(change.1 == [.speaking, .established, SessionStatus(generation: 3)])
        #expect(board.next() == nil)
    }

    @Test("every session can have a change waiting at once")
    func everySession() throws {
        let board = try StatusBoard(sessionsMax: 1_000)
        for id: UInt16 in 1...1_000 { board.writer.update(VoiceID(rawValue: id), adding: .established) }
        var seen: Set<UInt16> = []
        while let (voice, _) = board.next() { seen.insert(voice.rawValue) }
        #expect(seen.count == 1_000)
    }

    @Test("a sleeping reader is woken once, a reading one not at all")
    func bell() throws {
        let board = try StatusBoard(sessionsMax: 4)
        board.writer.update(VoiceID(rawValue: 1), adding: .established)
        #expect(!board.readerWillSleep(), "there is something to read")
        _ = board.next()
        #expect(board.readerWillSleep())
    }

    @Test("a new lease of an id starts from nothing")
    func generations() throws {
        let board = try StatusBoard(sessionsMax: 4)
        let voice = VoiceID(rawValue: 1)
        board.writer.reset(voice, generation: 1)
        board.writer.update(voice, adding: [.established, .speaking])
        board.writer.reset(voice, generation: 2)
        let change = try #require(board.next())
        #expect(change.1 == SessionStatus(generation: 2))
    }
}
