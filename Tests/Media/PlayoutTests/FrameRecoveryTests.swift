import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// From one frame of a pair the other is worked out, byte for byte; from none nothing, however hostile the pair.
@Suite struct FrameRecoveryTests {
    private struct Sent {
        var sequence: SequenceNumber
        var timestamp: MediaTimestamp
        var opus: [UInt8]
        var startsTalkspurt = false
        var endsTalkspurt = false
    }

    /// Frames of 1 to `longest` bytes by chance.
    private func frames(_ count: Int, first: UInt16 = 65_530, longest: Int = 251, seed: UInt64) -> [Sent] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let size = Int.random(in: 1...longest, using: &generator)
            return Sent(
                sequence: SequenceNumber(rawValue: first &+ UInt16(index)),
                timestamp: MediaTimestamp(rawValue: 0xFFFF_F000 &+ UInt32(index * 960)),
                opus: (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) },
                startsTalkspurt: index % 7 == 0, endsTalkspurt: index % 11 == 10)
        }
    }

    private func note(_ frame: Sent, in recovery: inout FrameRecovery) {
        frame.opus.withUnsafeBytes {
            recovery.note(
                frame.sequence, frame.timestamp, startsTalkspurt: frame.startsTalkspurt,
                endsTalkspurt: frame.endsTalkspurt, $0)
        }
    }

    private func notePair(
        _ near: Int, _ far: Int, of frames: [Sent], at index: Int, in recovery: inout FrameRecovery
    ) throws {
        func member(_ distance: Int) throws -> FramePair.Member {
            let frame = frames[index - distance]
            return try #require(
                FramePair.Member(
                    EarlierFrame(
                        distance: distance, sampleDistance: distance * 960, startsTalkspurt: frame.startsTalkspurt,
                        endsTalkspurt: frame.endsTalkspurt), opusByteCount: frame.opus.count))
        }
        let one = frames[index - near].opus
        let other = frames[index - far].opus
        let sum = (0..<max(one.count, other.count)).map {
            ($0 < one.count ? one[$0] : 0) ^ ($0 < other.count ? other[$0] : 0)
        }
        let members = try member(near) ^ member(far)
        sum.withUnsafeBytes {
            recovery.note(
                FramePair(near: near, far: far), members, $0, carrier: frames[index].sequence,
                timestamp: frames[index].timestamp)
        }
    }

    private func found(_ recovery: inout FrameRecovery) -> [(FrameRecovery.Frame, [UInt8])] {
        var result: [(FrameRecovery.Frame, [UInt8])] = []
        while let (frame, opus) = recovery.next() { result.append((frame, Array(opus))) }
        return result
    }

    /// Which frames are here in the end, with every frame sent with a pair of those before; all that was worked out is right.
    private func heard(_ frames: [Sent], near: Int, far: Int, isLost: (Int) -> Bool) throws -> Set<Int> {
        var recovery = FrameRecovery()
        var here: Set<Int> = []
        for index in frames.indices where !isLost(index) {
            note(frames[index], in: &recovery)
            here.insert(index)
            if index >= far { try notePair(near, far, of: frames, at: index, in: &recovery) }
            for (frame, opus) in found(&recovery) {
                let place = frames[0].sequence.distance(to: frame.sequence)
                #expect(here.insert(place).inserted)
                let original = frames[place]
                #expect(opus == original.opus)
                #expect(frame.timestamp == original.timestamp)
                #expect(frame.startsTalkspurt == original.startsTalkspurt)
                #expect(frame.endsTalkspurt == original.endsTalkspurt)
            }
        }
        return here
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Single losses are all repaired, and with every fifth lost nine of ten`(seed: UInt64) throws {
        let frames = frames(2_000, seed: seed)
        #expect(try heard(frames, near: 1, far: 3) { $0 % 8 == 5 }.count == 2_000, "seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let lost = Set((0..<2_000).filter { _ in generator.chance(0.2) })
        let missed = 2_000 - (try heard(frames, near: 1, far: 3, isLost: lost.contains)).count
        #expect(missed < lost.count / 10, "seed \(seed): \(missed) of \(lost.count)")
    }

    @Test func `Two lost in a row are worked out one after the other`() throws {
        let frames = frames(40, seed: 3)
        #expect(try heard(frames, near: 1, far: 3) { $0 == 20 || $0 == 21 }.count == 40)
        #expect(try heard(frames, near: 2, far: 5) { $0 == 20 || $0 == 21 }.count == 40)
    }

    @Test func `From neither frame nothing comes, and of both nothing new`() throws {
        let frames = frames(20, seed: 4)
        var recovery = FrameRecovery()
        try notePair(1, 3, of: frames, at: 10, in: &recovery)
        #expect(found(&recovery).isEmpty)
        note(frames[9], in: &recovery)
        #expect(found(&recovery).map(\.1) == [frames[7].opus])
        try notePair(1, 3, of: frames, at: 10, in: &recovery)
        #expect(found(&recovery).isEmpty)
    }

    @Test(arguments: [(16, true), (17, false)])
    func `The last sixteen frames are kept, one more takes the place of the oldest`(count: Int, isKept: Bool) throws {
        let frames = frames(40, first: 100, seed: 5)
        var recovery = FrameRecovery()
        for frame in frames[2..<(2 + count)] { note(frame, in: &recovery) }
        // Of a frame that is not here, and the oldest of those that are.
        try notePair(1, 2, of: frames, at: 3, in: &recovery)
        // The other, far past, takes nobody's place.
        #expect(found(&recovery).map(\.1) == (isKept ? [frames[1].opus] : []))
    }

    @Test func `Sixteen pairs wait, a seventeenth takes the oldest one's place`() throws {
        for extra in [15, 16] {
            let frames = frames(60, first: 0, seed: 6)
            var recovery = FrameRecovery()
            try notePair(1, 2, of: frames, at: 3, in: &recovery)
            for _ in 0..<extra { try notePair(1, 2, of: frames, at: 30, in: &recovery) }
            note(frames[2], in: &recovery)
            #expect(found(&recovery).map(\.1) == (extra == 15 ? [frames[1].opus] : []))
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `Pairs by chance do no harm`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let frames = frames(40, first: 0, seed: seed)
        var recovery = FrameRecovery()
        for index in frames.indices {
            if generator.chance(0.7) { note(frames[index], in: &recovery) }
            let near = Int.random(in: 1...14, using: &generator)
            let sum = (0..<Int.random(in: 0...251, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            sum.withUnsafeBytes {
                recovery.note(
                    FramePair(near: near, far: Int.random(in: (near + 1)...15, using: &generator)),
                    .init(
                        flags: .random(in: 0...255, using: &generator), time: .random(in: 0...255, using: &generator),
                        size: .random(in: 0...255, using: &generator)), $0, carrier: frames[index].sequence,
                    timestamp: MediaTimestamp(rawValue: .random(in: 0 ... .max, using: &generator)))
            }
            let found = found(&recovery)
            #expect(found.count <= FrameRecovery.depth)
            for (_, opus) in found { #expect((1...251).contains(opus.count)) }
        }
    }

    @Test func `Nothing is left after everything was forgotten`() throws {
        let frames = frames(20, seed: 7)
        var recovery = FrameRecovery()
        note(frames[9], in: &recovery)
        recovery.removeAll()
        try notePair(1, 3, of: frames, at: 10, in: &recovery)
        #expect(found(&recovery).isEmpty)
    }
}
