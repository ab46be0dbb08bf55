import Testing

@testable import KeyInput

struct EscapeDeadlineTests {
    @Test func `a lone ESC is the key Escape when its time is over, and not before`() {
        var decoder = InputDecoder()
        #expect(decoder.deadline == nil)
        #expect(decoder.events(in: [0x1B], now: .milliseconds(100)) == [])
        #expect(decoder.deadline == .milliseconds(125))
        #expect(decoder.expire(now: .milliseconds(125) - .nanoseconds(1)) == [])
        #expect(decoder.expire(now: .milliseconds(125)) == [pressed(.escape)])
        #expect(decoder.deadline == nil)
        #expect(decoder.expire(now: .seconds(9)) == [])
    }

    @Test func `the rest of a sequence in time makes it a key`() {
        var decoder = InputDecoder()
        _ = decoder.events(in: [0x1B], now: .zero)
        #expect(decoder.events(in: Array("[A".utf8), now: .milliseconds(24)) == [pressed(.up)])
    }

    @Test func `a key that comes too late is another key, even if nobody looked in between`() {
        var decoder = InputDecoder()
        _ = decoder.events(in: [0x1B], now: .zero)
        #expect(decoder.events(in: Array("m".utf8), now: .milliseconds(25)) == [pressed(.escape), pressed("m")])
    }

    @Test(arguments: [
        ("\u{1B}[", [pressed("[", .alt)]), ("\u{1B}O", [pressed("O", .alt)]), ("\u{1B}]", [pressed("]", .alt)]),
        ("\u{1B}P", [pressed("P", .alt)]), ("\u{1B}\u{1B}", [pressed(.escape), pressed(.escape)]),
        ("\u{1B}\u{1B}\u{1B}", [pressed(.escape), pressed(.escape), pressed(.escape)]),
        ("\u{1B}\u{1B}m", [pressed(.escape), pressed("m", .alt)]),
        ("\u{1B}\u{1B}[", [pressed(.escape), pressed("[", .alt)]),
    ])
    func `what begins a sequence and goes no further was struck with alt`(text: String, expected: [InputEvent]) {
        #expect(decoded(text) == expected)
    }

    @Test func `a sequence that stops in the middle is given up, and keys count again`() {
        for begun in ["\u{1B}[1;5", "\u{1B}]0;title", "\u{1B}[M ", "\u{1B}[[", "\u{1B}]0;\u{1B}"] {
            var decoder = InputDecoder()
            #expect(decoder.events(in: Array(begun.utf8), now: .zero) == [])
            #expect(decoder.deadline == InputDecoder.sequencePatience)
            #expect(decoder.events(in: [0x61], now: InputDecoder.sequencePatience) == [pressed("a")])
        }
    }

    @Test(arguments: ["\u{1B}[1;5", "\u{1B}]0;title", "\u{1B}[1\u{1B}[2", "\u{1B}O1"])
    func `a control within a sequence ends it and is itself`(begun: String) {
        #expect(decoded(begun + "\u{3}") == [pressed("c", .control)])
        #expect(decoded(begun + "\u{1B}[A") == [pressed(.up)])
    }
}
