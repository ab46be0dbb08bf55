import AudioTestSupport
import NetworkSimulator
import Playout
import Testing

@testable import VoiceClient

/// Pongs and listeners' word brought together.
@Suite struct PathReportsTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000_000 + milliseconds * 1_000_000)
    }

    private func heard(_ loss: Double, ratio: Double = 1) -> HeardByOthers {
        HeardByOthers(lossShare: loss, burstRatio: ratio)
    }

    @Test func `Without anything known of loss there is no report`() {
        var reports = PathReports()
        #expect(reports.notePong(uplinkLoss: nil, roundTripNanoseconds: 5_000_000, at: at(0)) == nil)
        let first = reports.notePong(uplinkLoss: 0.1, roundTripNanoseconds: 5_000_000, at: at(1_000))
        #expect(first == .init(lossShare: 0.1, burstLength: 1, delayMilliseconds: 5))
    }

    @Test func `Both ways count one after the other`() throws {
        var reports = PathReports()
        _ = reports.notePong(uplinkLoss: 0.1, roundTripNanoseconds: nil, at: at(0))
        let news = reports.note(heard(0.2), at: at(500))
        let worse = try #require(news)
        #expect(abs(worse.lossShare - 0.28) < 1e-9 && worse.delayMilliseconds == nil)
        let pong = reports.notePong(uplinkLoss: 0, roundTripNanoseconds: 1_000_000, at: at(1_000))
        let next = try #require(pong)
        #expect(abs(next.lossShare - 0.2) < 1e-9 && next.delayMilliseconds == 1)
    }

    @Test func `Worse news goes on at once, other news waits for a pong`() {
        var reports = PathReports()
        #expect(reports.note(heard(0), at: at(0)) == nil)
        #expect(reports.note(heard(0.05), at: at(1_000))?.lossShare == 0.05)
        #expect(reports.note(heard(0.05), at: at(2_000)) == nil)
        #expect(reports.note(heard(0.02), at: at(3_000)) == nil)
        #expect(reports.notePong(uplinkLoss: nil, roundTripNanoseconds: nil, at: at(3_100))?.lossShare == 0.02)
    }

    @Test func `What listeners said holds for its lifetime and no longer`() {
        var reports = PathReports()
        _ = reports.note(heard(0.05), at: at(0))
        let lifetime = PathReports.lifetimeNanoseconds / 1_000_000
        #expect(reports.notePong(uplinkLoss: 0, roundTripNanoseconds: nil, at: at(lifetime))?.lossShare == 0.05)
        #expect(reports.notePong(uplinkLoss: 0, roundTripNanoseconds: nil, at: at(lifetime + 1))?.lossShare == 0)
    }

    @Test(arguments: [
        (0.0, 1.0, 0.0, 1.0), (0.1, 1.8, 0.1, 2.0), (.nan, .nan, 0.0, 1.0), (-1, 0, 0, 1), (2, .infinity, 1, 100),
    ])
    func `Numbers from the server are held to what is possible`(
        loss: Double, ratio: Double, heldLoss: Double, length: Double
    ) {
        let heard = HeardByOthers(lossShare: loss, burstRatio: ratio)
        #expect(abs(heard.lossShare - heldLoss) < 1e-9 && abs(heard.burstLength - length) < 1e-9)
    }
}

/// The way down loses, which the relay's pongs do not show: the listeners' word alone brings the copies.
@Suite struct HeardByOthersTests {
    @Test func `Loss on the way down is provided for when listeners report it`() throws {
        let room = try VirtualRoom.connected(2, seed: 7)
        var lossy = LinkConditions()
        lossy.loss = .random(probability: 0.1)
        room.network.setConditions(lossy, from: VirtualRoom.relayPort, to: room.clients[1].port)
        room.clients[0].microphone = try TestSignal.speech("Front_Center")
        room.run(for: .seconds(5))
        let before = room.clients[1].pipeline.statistics.counters
        #expect(before.framesLost > 10 && before.framesRepaired == 0)
        for _ in 0..<10 {
            let heard = HeardByOthers(lossShare: 0.1, burstRatio: 1)
            room.clients[0].pipeline.noteReception(heard, at: room.instant)
            room.run(for: .seconds(1))
        }
        let after = room.clients[1].pipeline.statistics.counters
        let lost = after.framesLost - before.framesLost
        #expect(lost > 20)
        #expect(Double(after.framesRepaired) > 0.8 * Double(lost), "of \(lost) lost \(after.framesRepaired) mended")
    }
}

/// What a relay's limit leaves for sound.
@Suite struct BitrateLimitsTests {
    private func limits(wanted: Int = 40_000, frame: Int = 960, bytes: Int?) -> SenderAdaptation.Limits {
        var limits = BitrateLimits(wanted: wanted, frameSampleCount: frame)
        limits.bytesPerSecondMax = bytes
        return limits.limits
    }

    @Test func `Where the relay says nothing the person's wish counts`() {
        #expect(limits(bytes: nil) == SenderAdaptation.Limits())
        #expect(limits(wanted: 300_000, bytes: nil).bitsPerSecondWanted == 128_000)
        #expect(limits(wanted: 1, bytes: nil).bitsPerSecondWanted == 16_000)
    }

    @Test(arguments: [4_000, 8_000, 12_000, 30_000, 96_000, 10_000_000], [120, 480, 960, 2_880])
    func `Datagrams stay within what the relay takes`(bytes: Int, frame: Int) {
        for wanted in [16_000, 40_000, 128_000] {
            let limits = limits(wanted: wanted, frame: frame, bytes: bytes)
            #expect(limits.bitsPerSecondMin <= limits.bitsPerSecondWanted)
            #expect(limits.bitsPerSecondWanted <= limits.bitsPerSecondMax)
            let heads = 48_000 / frame * 48
            // Or the least that sound needs, and the relay's limit is not for frames as short as these.
            #expect(limits.bitsPerSecondMax / 8 + heads <= bytes || limits.bitsPerSecondMax == 6_000)
        }
    }

    @Test func `A limit holds at once, and what the path taught stays`() {
        var adaptation = SenderAdaptation()
        for _ in 0..<20 { _ = adaptation.note(.init(lossShare: 0.2)) }
        let free = adaptation.provision
        #expect(free.carried != .nothing)
        var limits = SenderAdaptation.Limits()
        limits.bitsPerSecondMax = 40_000
        let tight = adaptation.setLimits(limits)
        #expect(tight.carried != .nothing && tight.carried != free.carried)
        // What is carried is at least as long again.
        #expect(tight.bitsPerSecond * 2 <= 40_000)
        #expect(adaptation.setLimits(SenderAdaptation.Limits()) == free)
    }
}
