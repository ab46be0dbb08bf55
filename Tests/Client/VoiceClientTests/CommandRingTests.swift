import Testing
import VoiceWire

@testable import VoiceClient

/// 256 commands may wait, one more is refused and counted; none is lost or reordered.
@Suite struct CommandRingTests {
    @Test func `The last that fits is taken, one more is refused`() throws {
        let ring = try CommandRing()
        for index in 0..<CommandRing.commandsMax { #expect(ring.push(.setVolume(Float(index)))) }
        #expect(ring.refusedCount == 0)
        #expect(!ring.push(.setMuted(true)))
        #expect(ring.refusedCount == 1)
        for index in 0..<CommandRing.commandsMax {
            guard case .setVolume(let volume) = ring.pop() else {
                Issue.record("command \(index) is missing")
                return
            }
            #expect(volume == Float(index))
        }
        #expect(ring.pop() == nil)
        #expect(ring.push(.disconnect))
    }
}
