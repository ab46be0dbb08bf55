import Glibc
import LockFree
import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Status board")
struct StatusBoardTests {
    @Test("changes that nobody reads fold into the latest state")
    func folding() throws {
        let board = try StatusBoard()
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

    @Test("every id there is can have a change waiting at once")
    func everySession() throws {
        let board = try StatusBoard()
        for id: UInt16 in 0 ... .max { board.writer.update(VoiceID(rawValue: id), adding: .established) }
        var seen: Set<UInt16> = []
        while let (voice, _) = board.next() { seen.insert(voice.rawValue) }
        #expect(seen.count == 65_536)
    }

    @Test("a sleeping reader is woken once, a reading one not at all")
    func bell() throws {
        func isRung(_ board: StatusBoard) -> Bool {
            var waiting = pollfd(fd: board.wake.fileDescriptor, events: Int16(POLLIN), revents: 0)
            return poll(&waiting, 1, 0) == 1
        }
        let board = try StatusBoard()
        board.writer.update(VoiceID(rawValue: 1), adding: .established)
        #expect(!isRung(board), "nobody waits for it")
        #expect(!board.readerWillSleep(), "there is something to read")
        _ = board.next()
        #expect(board.readerWillSleep())
        board.writer.update(VoiceID(rawValue: 1), adding: .speaking)
        #expect(isRung(board))
        board.wake.clear()
        board.writer.update(VoiceID(rawValue: 2), adding: .speaking)
        #expect(!isRung(board), "the reader was woken already")
    }

    @Test("a new lease of an id starts from nothing")
    func generations() throws {
        let board = try StatusBoard()
        let voice = VoiceID(rawValue: 1)
        board.writer.reset(voice, generation: 1)
        board.writer.update(voice, adding: [.established, .speaking])
        board.writer.reset(voice, generation: 2)
        let change = try #require(board.next())
        #expect(change.1 == SessionStatus(generation: 2))
    }
}
