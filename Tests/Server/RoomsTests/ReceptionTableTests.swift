import ControlWire
import Identifiers
import Testing
import VoiceWire

@testable import Rooms

@Suite struct ReceptionTableTests {
    private let start = ContinuousClock.now

    private func voice(_ number: Int) -> VoiceID { VoiceID(rawValue: UInt16(number)) }

    private func report(
        frames: UInt32 = 100, lost: UInt32 = 0, late: UInt32 = 0, bursts: UInt32? = nil, jitter: UInt32 = 0,
        delay: UInt32 = 0
    ) -> TalkerReception {
        TalkerReception(
            voiceID: 1, frames: frames, lost: lost, late: late, bursts: bursts ?? lost + late, jitter: jitter,
            playoutDelay: delay)
    }

    private func told(
        _ table: inout ReceptionTable, _ reception: TalkerReception, from listener: Int, after time: Duration
    ) -> VoiceReception? {
        table.note(reception, from: voice(listener), in: RoomID(rawValue: 7), at: start + time)
    }

    @Test func oneListenersLossIsTold() throws {
        var table = ReceptionTable()
        let news = try #require(
            told(&table, report(lost: 6, late: 4, bursts: 5, jitter: 3, delay: 40), from: 2, after: .zero))
        #expect(news.listeners == 1 && news.roomID == RoomID(rawValue: 7))
        #expect(abs(news.packetLoss - 0.1) < 1e-6)
        // Bursts of two, where random loss of a tenth has 1 / 0.9.
        #expect(abs(news.burstRatio - 1.8) < 1e-6)
        #expect(news.jitter == 3 && news.playoutDelay == 40)
    }

    /// Nine of ten are covered: of nine the worst counts, of ten the second worst.
    @Test(arguments: [(9, 9), (10, 9), (20, 18), (21, 19)])
    func theListenerWhoCounts(_ listeners: Int, _ counted: Int) throws {
        var table = ReceptionTable()
        for listener in 1...listeners {
            _ = told(
                &table, report(lost: UInt32(listener), jitter: UInt32(listener), delay: UInt32(listener)),
                from: 100 + listener, after: .zero)
        }
        // The first report was told at once; this one repeats the best listener's when the next turn has come.
        let news = try #require(
            told(&table, report(lost: 1, jitter: 1, delay: 1), from: 101, after: ReceptionTable.interval))
        #expect(news.listeners == UInt32(listeners))
        #expect(abs(news.packetLoss - Float(counted) / 100) < 1e-6)
        #expect(news.jitter == UInt32(counted) && news.playoutDelay == UInt32(counted))
    }

    @Test func aTalkerIsToldOnceAnInterval() {
        var table = ReceptionTable()
        #expect(told(&table, report(), from: 2, after: .zero) != nil)
        #expect(told(&table, report(), from: 2, after: ReceptionTable.interval - .nanoseconds(1)) == nil)
        #expect(told(&table, report(), from: 2, after: ReceptionTable.interval) != nil)
    }

    @Test func whatWasNotHeardOfForLongIsForgotten() throws {
        var table = ReceptionTable()
        _ = told(&table, report(lost: 50), from: 2, after: .zero)
        let lifetime = ReceptionTable.lifetime
        var news = try #require(told(&table, report(), from: 3, after: lifetime - .nanoseconds(1)))
        #expect(news.listeners == 2 && news.packetLoss == 0.5)
        news = try #require(told(&table, report(), from: 3, after: lifetime + ReceptionTable.interval))
        #expect(news.listeners == 1 && news.packetLoss == 0)
        #expect(table.count == 1)
    }

    @Test func tooFewFramesSayNothing() throws {
        var table = ReceptionTable()
        #expect(told(&table, report(frames: 24, lost: 12), from: 2, after: .zero) == nil)
        // Half of the 24 and 13 more are 25.
        let news = try #require(told(&table, report(frames: 13), from: 2, after: .milliseconds(1)))
        #expect(abs(news.packetLoss - 6 / 25) < 1e-6)
    }

    @Test func olderReportsFadeByHalves() throws {
        var table = ReceptionTable()
        _ = told(&table, report(lost: 20), from: 2, after: .zero)
        var losses: [Float] = []
        for second in 1...8 {
            losses.append(try #require(told(&table, report(), from: 2, after: .seconds(second))).packetLoss)
        }
        #expect(losses == losses.sorted(by: >))
        #expect(abs(losses[0] - 10 / 150) < 1e-6)
        #expect(losses[7] < 0.001)
    }

    @Test func whoLeavesIsForgottenAsTalkerAndAsListener() {
        var table = ReceptionTable()
        for listener in 2...4 { _ = told(&table, report(), from: listener, after: .zero) }
        #expect(table.count == 3)
        table.remove(voice(3))
        #expect(table.count == 2)
        table.remove(voice(1))
        #expect(table.count == 0)
    }

    @Test func countsThatContradictThemselvesAreFound() {
        #expect(report(frames: 10, lost: 6, late: 4, bursts: 10).isPossible)
        #expect(!report(frames: 10, lost: 6, late: 5, bursts: 1).isPossible)
        #expect(!report(frames: 10, lost: 1, late: 1, bursts: 3).isPossible)
        #expect(!report(frames: 10, bursts: 1).isPossible)
        #expect(!report(frames: 10, lost: 1, bursts: 0).isPossible)
        #expect(!report(frames: .max, lost: .max, late: .max, bursts: 1).isPossible)
        #expect(report(frames: TalkerReception.framesMax).isPossible)
        #expect(!report(frames: TalkerReception.framesMax + 1).isPossible)
    }

    /// The rating that nine of ten reach; those who gave none are not counted.
    @Test func theRatingThatMostReach() throws {
        var table = ReceptionTable()
        for listener in 1...10 {
            var row = report()
            row.rating = UInt16(80 + listener)
            _ = told(&table, row, from: listener, after: .zero)
        }
        let news = try #require(told(&table, report(), from: 11, after: ReceptionTable.interval))
        #expect(news.listeners == 11 && news.rating == 82)
        var silent = ReceptionTable()
        #expect(try #require(told(&silent, report(), from: 2, after: .zero)).rating == nil)
    }

    @Test(arguments: [(100, true), (101, false)])
    func aRatingPastTheScaleCannotBe(rating: UInt16, isPossible: Bool) {
        var row = report()
        row.rating = rating
        #expect(row.isPossible == isPossible)
    }
}
