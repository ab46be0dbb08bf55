import TerminalUI
import Testing

@Suite("talk key")
struct PushToTalkTests {
    private let held = PushToTalk.Rules(isHeld: true, releaseDelay: .milliseconds(150), autoRelease: .seconds(60))
    private let toggled = PushToTalk.Rules(isHeld: false, releaseDelay: .milliseconds(150), autoRelease: .seconds(60))

    @Test("held: open while it is down, and for the release delay after it")
    func isHeld() {
        var key = PushToTalk()
        key.press(held, now: .seconds(1))
        #expect(key.isOpen)
        #expect(key.closesAt == nil)
        key.release(held, now: .seconds(5))
        #expect(key.isOpen)
        #expect(key.closesAt == .milliseconds(5_150))
        key.expire(now: .milliseconds(5_149))
        #expect(key.isOpen)
        key.expire(now: .milliseconds(5_150))
        #expect(!key.isOpen)
    }

    @Test("pressed again within the release delay, it stays open")
    func isPressedAgain() {
        var key = PushToTalk()
        key.press(held, now: .zero)
        key.release(held, now: .seconds(1))
        key.press(held, now: .milliseconds(1_100))
        key.expire(now: .milliseconds(1_150))
        #expect(key.isOpen)
        #expect(key.closesAt == nil)
    }

    @Test("toggled: one press opens, the next closes")
    func toggles() {
        var key = PushToTalk()
        key.press(toggled, now: .zero)
        #expect(key.isOpen)
        key.press(toggled, now: .seconds(3))
        key.expire(now: .milliseconds(3_150))
        #expect(!key.isOpen)
    }

    @Test("toggled: it lets go by itself after the configured time, at the limit and not before")
    func letsGo() {
        var key = PushToTalk()
        key.press(toggled, now: .zero)
        key.expire(now: .milliseconds(59_999))
        #expect(key.isOpen)
        key.expire(now: .seconds(60))
        #expect(!key.isOpen)
    }

    @Test("a keyboard that repeats holds the key, though the terminal tells of no release")
    func repeats() {
        var key = PushToTalk()
        key.press(toggled, now: .zero)
        // The first repeat comes late and looks like a second press…
        key.press(toggled, now: .milliseconds(500))
        var time = Duration.milliseconds(500)
        // … those after it do not, and the microphone was open all the time.
        for _ in 0..<40 {
            time += .milliseconds(33)
            key.expire(now: time)
            #expect(key.isOpen)
            key.press(toggled, now: time)
            #expect(key.isOpen)
        }
        key.expire(now: time + PushToTalk.repeatPatience - .milliseconds(1))
        #expect(key.isOpen)
        key.expire(now: time + PushToTalk.repeatPatience)
        #expect(!key.isOpen)
    }

    @Test("presses just too far apart are no repeats")
    func repeatLimit() {
        var key = PushToTalk()
        key.press(toggled, now: .zero)
        key.press(toggled, now: PushToTalk.repeatGapMax + .milliseconds(1))
        key.expire(now: .seconds(1))
        #expect(!key.isOpen)
        key.press(toggled, now: .seconds(2))
        key.press(toggled, now: .seconds(2) + PushToTalk.repeatGapMax)
        #expect(key.isOpen)
    }

    @Test("the window's loss of the keyboard lets go of the terminal's key, not of the global one")
    func focus() {
        var key = PushToTalk()
        key.press(held, now: .zero)
        key.setGlobalKey(isDown: true, held, now: .zero)
        key.loseFocus(held, now: .seconds(1))
        key.expire(now: .seconds(5))
        #expect(key.isOpen)
        key.setGlobalKey(isDown: false, held, now: .seconds(6))
        key.expire(now: .milliseconds(6_150))
        #expect(!key.isOpen)
        key.press(held, now: .seconds(7))
        key.loseFocus(held, now: .seconds(8))
        key.expire(now: .milliseconds(8_150))
        #expect(!key.isOpen)
    }

    @Test("without a delay it closes at once; a release without a press changes nothing")
    func atOnce() {
        let rules = PushToTalk.Rules(isHeld: true, releaseDelay: .zero, autoRelease: nil)
        var key = PushToTalk()
        key.release(rules, now: .zero)
        #expect(!key.isOpen)
        key.press(rules, now: .zero)
        key.release(rules, now: .seconds(1))
        #expect(!key.isOpen)
        #expect(key.closesAt == nil)
    }
}
