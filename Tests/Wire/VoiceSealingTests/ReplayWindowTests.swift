import NetworkSimulator
import Testing

@testable import VoiceSealing

@Suite("Replay window")
struct ReplayWindowTests {
    @Test("accepts each counter once")
    func once() {
        var window = ReplayWindow()
        for counter: UInt64 in [0, 5, 3, 4, 1, 1_020] {
            #expect(window.isFresh(counter))
            window.accept(counter)
            #expect(!window.isFresh(counter))
        }
    }

    @Test("the oldest counter inside is judged, one older is refused")
    func edge() {
        var window = ReplayWindow()
        window.accept(5_000)
        #expect(window.isFresh(5_001 - ReplayWindow.span))
        #expect(!window.isFresh(5_000 - ReplayWindow.span))
    }

    @Test("only a counter above all others is the newest")
    func newest() {
        var window = ReplayWindow()
        let isNewest = [10, 9, 11, 8].map { window.accept($0) }
        #expect(isNewest == [true, false, true, false])
    }

    @Test("agrees with a set of all counters, whatever the order", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func againstModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func next(_ bound: UInt64) -> UInt64 { random.next() % bound }
        var window = ReplayWindow()
        var accepted: Set<UInt64> = []
        var newest: UInt64 = 0
        for _ in 0..<50_000 {
            let jump = next(100) == 0 ? next(5_000) : next(8)
            let counter = next(3) == 0 ? newest + jump : newest - min(newest, next(1_500))
            let isFresh =
                !accepted.contains(counter) && (accepted.isEmpty || newest + 1 - min(counter, newest + 1) <= 1_024)
            guard window.isFresh(counter) == isFresh else {
                Issue.record("counter \(counter), newest \(newest), seed \(seed)")
                return
            }
            if isFresh {
                window.accept(counter)
                accepted.insert(counter)
                newest = max(newest, counter)
            }
        }
    }

    @Test("finds the full counter of its low half")
    func expansion() {
        var window = ReplayWindow()
        #expect(window.expand(0) == 0)
        #expect(window.expand(7) == 7)
        #expect(window.expand(.max) == UInt64(UInt32.max), "nothing lies before the start")
        window.accept(0xFFFF_FFF0)
        #expect(window.expand(0xFFFF_FFFF) == 0xFFFF_FFFF)
        #expect(window.expand(3) == 0x1_0000_0003)
        window.accept(0x1_0000_0003)
        #expect(window.expand(0xFFFF_FFF5) == 0xFFFF_FFF5)
        #expect(window.expand(4) == 0x1_0000_0004)
    }
}
