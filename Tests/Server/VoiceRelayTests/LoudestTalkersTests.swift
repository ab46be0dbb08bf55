import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("The loudest talkers of a room")
struct LoudestTalkersTests {
    private static let millisecond: UInt64 = 1_000_000
    /// One frame of a talker at a level in −dBov.
    private func frame(
        _ talkers: inout LoudestTalkers, _ voice: UInt16, _ level: UInt8?, at milliseconds: UInt64, max: Int = 2,
        start: Bool = false
    ) -> Bool {
        talkers.admits(
            VoiceID(rawValue: voice), level: level, isTalkspurtStart: start, talkersMax: max,
            now: 1_000_000_000 + milliseconds * Self.millisecond)
    }

    @Test("whoever finds a free place has it from the first frame on, however soft")
    func freePlaces() {
        var talkers = LoudestTalkers()
        #expect(frame(&talkers, 1, 127, at: 0))
        #expect(frame(&talkers, 2, 100, at: 0))
        #expect(talkers.placedCount == 2)
        #expect(!frame(&talkers, 3, 99, at: 0), "two places are two places")
    }

    @Test("a talker three decibels louder than the quietest takes their place, one who is two louder does not")
    func margin() {
        var talkers = LoudestTalkers()
        #expect(frame(&talkers, 1, 20, at: 0))
        #expect(frame(&talkers, 2, 40, at: 0))
        // Kept fresh, so that nothing has decayed when the hold is over.
        _ = (frame(&talkers, 1, 20, at: 300), frame(&talkers, 2, 40, at: 300))
        #expect(!frame(&talkers, 3, 38, at: 300))
        #expect(frame(&talkers, 3, 37, at: 300))
        #expect(!frame(&talkers, 2, 40, at: 301), "the quietest has lost its place")
        #expect(frame(&talkers, 1, 60, at: 301), "the other keeps it through a soft frame")
    }

    @Test("a place is safe for its hold, to the nanosecond")
    func hold() {
        var talkers = LoudestTalkers()
        #expect(frame(&talkers, 1, 60, at: 0, max: 1))
        #expect(!frame(&talkers, 2, 0, at: 299, max: 1))
        #expect(frame(&talkers, 2, 0, at: 300, max: 1))
    }

    @Test("who was loud is as loud as then, less 20 dB for each second since")
    func decay() {
        var talkers = LoudestTalkers()
        #expect(frame(&talkers, 1, 20, at: 0, max: 1))
        // A second of pause in which only silence came.
        for milliseconds in stride(from: UInt64(20), through: 1_000, by: 20) {
            #expect(frame(&talkers, 1, 127, at: milliseconds, max: 1))
        }
        #expect(!frame(&talkers, 2, 38, at: 1_000, max: 1))
        #expect(frame(&talkers, 2, 37, at: 1_000, max: 1))
    }

    @Test("a soft onset is heard while it may become loud, and cut when it has not by then")
    func onset() {
        var talkers = LoudestTalkers()
        _ = (frame(&talkers, 1, 20, at: 0), frame(&talkers, 2, 20, at: 0))
        #expect(frame(&talkers, 3, 70, at: 0, start: true))
        _ = (frame(&talkers, 1, 20, at: 240), frame(&talkers, 2, 20, at: 240))
        #expect(frame(&talkers, 3, 70, at: 240))
        #expect(!frame(&talkers, 3, 70, at: 241))
        #expect(!frame(&talkers, 3, 70, at: 261), "only a new talkspurt gets a new onset")
        #expect(frame(&talkers, 3, 70, at: 900, start: true))
    }

    @Test("an onset that becomes loud keeps being heard, in the place of the quietest")
    func onsetWins() {
        var talkers = LoudestTalkers()
        _ = (frame(&talkers, 1, 20, at: 0), frame(&talkers, 2, 50, at: 0))
        #expect(frame(&talkers, 3, 70, at: 200, start: true))
        _ = (frame(&talkers, 1, 20, at: 320), frame(&talkers, 2, 50, at: 320))
        #expect(frame(&talkers, 3, 25, at: 320))
        #expect(talkers.placedCount == 2)
        for milliseconds in stride(from: UInt64(340), through: 600, by: 20) {
            #expect(frame(&talkers, 3, 25, at: milliseconds))
        }
        #expect(!frame(&talkers, 2, 50, at: 600))
    }

    @Test(
        "there are a quarter as many onset places as others, at least one",
        arguments: [(1, 1), (4, 1), (8, 2), (64, 16)])
    func onsetPlaces(max: Int, places: Int) {
        var talkers = LoudestTalkers()
        for voice in 0..<max { #expect(frame(&talkers, UInt16(voice), 10, at: 0, max: max)) }
        for extra in 0..<places { #expect(frame(&talkers, UInt16(1_000 + extra), 90, at: 0, max: max, start: true)) }
        #expect(!frame(&talkers, 2_000, 90, at: 0, max: max, start: true))
        #expect(talkers.placedCount == max)
    }

    @Test("who stops frees the place for whoever comes next")
    func removal() {
        var talkers = LoudestTalkers()
        _ = (frame(&talkers, 1, 10, at: 0), frame(&talkers, 2, 10, at: 0))
        #expect(!frame(&talkers, 3, 60, at: 1))
        talkers.remove(VoiceID(rawValue: 1))
        talkers.remove(VoiceID(rawValue: 77))
        #expect(frame(&talkers, 3, 60, at: 2))
    }

    @Test("when fewer places are left the quietest go first")
    func fewerPlaces() {
        var talkers = LoudestTalkers()
        for voice in 0..<8 { #expect(frame(&talkers, UInt16(voice), UInt8(20 + voice), at: 0, max: 8)) }
        #expect(frame(&talkers, 0, 20, at: 1, max: 2))
        #expect(talkers.placedCount == 2)
        #expect(frame(&talkers, 1, 21, at: 1, max: 2))
        #expect(!frame(&talkers, 2, 22, at: 1, max: 2))
    }

    @Test("more places than there can be are as many as there can be, and less than one is one")
    func limits() {
        var talkers = LoudestTalkers()
        for voice in 0..<64 { #expect(frame(&talkers, UInt16(voice), 30, at: 0, max: 100)) }
        #expect(!frame(&talkers, 64, 30, at: 0, max: 100))
        var single = LoudestTalkers()
        #expect(frame(&single, 1, 30, at: 0, max: 0))
        #expect(!frame(&single, 2, 30, at: 0, max: 0))
    }

    @Test("a frame that does not say its level counts as medium speech")
    func unknownLevel() {
        var talkers = LoudestTalkers()
        #expect(frame(&talkers, 1, nil, at: 0, max: 1))
        _ = frame(&talkers, 1, nil, at: 300, max: 1)
        #expect(!frame(&talkers, 2, 38, at: 300, max: 1))
        #expect(frame(&talkers, 2, 37, at: 300, max: 1))
    }
}
