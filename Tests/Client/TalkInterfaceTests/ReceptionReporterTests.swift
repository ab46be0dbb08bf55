import ControlWire
import NetworkSimulator
import Testing
import VoiceClient
import VoiceQuality
import VoiceWire

@testable import TalkInterface

/// When listeners report, and whether the rows say what happened.
@Suite struct ReceptionReporterTests {
    private func statistics(
        received: UInt64, lost: UInt64 = 0, bursts: UInt64 = 0, late: UInt64 = 0, datagramsLost: UInt64? = nil,
        concealed: UInt64 = 0, voice: UInt16 = 2
    ) -> VoiceStatistics {
        var statistics = VoiceStatistics()
        statistics.roundTripMilliseconds = 20
        var talker = talker(voice, isSpeaking: true)
        talker.reception.framesReceived = received
        talker.reception.framesLost = lost
        talker.reception.lossBursts = bursts
        talker.reception.framesLate = late
        talker.reception.samplesPlayed = received * 960
        talker.reception.samplesConcealed = concealed * 960
        statistics.talkers = [talker]
        statistics.counters.datagramsReceived = received
        statistics.counters.datagramsLost = datagramsLost ?? lost
        return statistics
    }

    private func row(
        frames: UInt32, lost: UInt32 = 0, late: UInt32 = 0, bursts: UInt32 = 0, rating: UInt16 = 93
    ) -> TalkerReception {
        var row = TalkerReception(
            voiceID: 2, frames: frames, lost: lost, late: late, bursts: bursts, jitter: 2, playoutDelay: 40)
        row.rating = rating
        return row
    }

    @Test func `Counts since the last report make a row`() {
        var reporter = ReceptionReporter()
        #expect(reporter.report(statistics(received: 50), peopleCount: 2, now: .zero) == [row(frames: 50)])
        let rows = reporter.report(
            statistics(received: 90, lost: 10, bursts: 4, late: 3), peopleCount: 2, now: .seconds(5))
        #expect(rows == [row(frames: 50, lost: 10, late: 3, bursts: 4)])
        #expect(
            reporter.report(
                statistics(received: 90, lost: 10, bursts: 4, late: 3), peopleCount: 2, now: .seconds(10)) == [])
    }

    @Test func `A calm path is reported every five seconds, a lossy one every half second`() {
        var reporter = ReceptionReporter()
        #expect(reporter.report(statistics(received: 50), peopleCount: 2, now: .zero) != nil)
        #expect(reporter.report(statistics(received: 290), peopleCount: 2, now: .milliseconds(4_999)) == nil)
        #expect(reporter.report(statistics(received: 291), peopleCount: 2, now: .seconds(5)) != nil)
        let lossy = statistics(received: 340, lost: 1, bursts: 1)
        #expect(reporter.report(lossy, peopleCount: 2, now: .milliseconds(5_499)) == nil)
        #expect(reporter.report(lossy, peopleCount: 2, now: .milliseconds(5_500)) != nil)
        // The server forgets by halves: it is told so often until little is left.
        for time in stride(from: 6_000, through: 8_000, by: 500) {
            #expect(reporter.report(lossy, peopleCount: 2, now: .milliseconds(time)) != nil)
        }
        #expect(reporter.report(lossy, peopleCount: 2, now: .milliseconds(8_500)) == nil)
        #expect(reporter.report(lossy, peopleCount: 2, now: .seconds(13)) != nil)
    }

    @Test func `A large room's listeners report seldomer`() {
        var reporter = ReceptionReporter()
        #expect(reporter.report(statistics(received: 50), peopleCount: 500, now: .zero) != nil)
        let lossy = statistics(received: 400, lost: 9, bursts: 9)
        #expect(reporter.report(lossy, peopleCount: 500, now: .milliseconds(9_999)) == nil)
        #expect(reporter.report(lossy, peopleCount: 500, now: .seconds(10)) != nil)
    }

    @Test func `Frames that the relay did not send are no loss, where it numbers what it sends`() {
        var reporter = ReceptionReporter()
        let quieter = statistics(received: 50, lost: 200, bursts: 3, datagramsLost: 0)
        #expect(reporter.report(quieter, peopleCount: 2, now: .zero) == [row(frames: 50)])
        var unsealed = ReceptionReporter()
        var numberless = statistics(received: 50, lost: 200, bursts: 3)
        numberless.counters.datagramsReceived = 0
        let rows = unsealed.report(numberless, peopleCount: 2, now: .zero)
        #expect(rows == [row(frames: 250, lost: 200, bursts: 3)])
    }

    @Test func `A talker who was away for long is counted anew, and a late frame is no loss any more`() {
        var reporter = ReceptionReporter()
        _ = reporter.report(statistics(received: 500, lost: 7, bursts: 7), peopleCount: 2, now: .zero)
        let late = statistics(received: 501, lost: 6, bursts: 7, late: 1)
        #expect(reporter.report(late, peopleCount: 2, now: .seconds(1)) == [row(frames: 1, late: 1, bursts: 1)])
        let anew = statistics(received: 30)
        #expect(reporter.report(anew, peopleCount: 2, now: .seconds(2)) == [row(frames: 30)])
    }

    /// Rows of any history are what the server takes: see `isPossible` in `Rooms`.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `No history makes a row that cannot be`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var reporter = ReceptionReporter()
        for second in 0..<60 {
            let counts = (0..<6).map { _ in UInt64.random(in: 0...300, using: &generator) }
            let rows = reporter.report(
                statistics(
                    received: counts[0], lost: counts[1], bursts: counts[2], late: counts[3],
                    datagramsLost: counts[4], concealed: counts[5]),
                peopleCount: 2, now: .seconds(second))
            for row in rows ?? [] {
                let missed = row.lost + row.late
                #expect(missed <= row.frames && row.bursts <= missed, "seed \(seed): \(row)")
                #expect((row.bursts > 0) == (missed > 0), "seed \(seed): \(row)")
                #expect((row.rating ?? 101) <= 100, "seed \(seed): \(row)")
            }
        }
    }

    @Test func `The rating falls with what had to be invented, not with what a copy mended`() throws {
        var mended = ReceptionReporter()
        _ = mended.report(statistics(received: 100, lost: 20, bursts: 16), peopleCount: 2, now: .zero)
        var concealed = ReceptionReporter()
        _ = concealed.report(
            statistics(received: 100, lost: 20, bursts: 16, concealed: 20), peopleCount: 2, now: .zero)
        let (whole, broken) = (try #require(mended.rating), try #require(concealed.rating))
        #expect(whole.meanOpinionScore > 4.2)
        #expect(broken.meanOpinionScore < 2.5)
    }
}
