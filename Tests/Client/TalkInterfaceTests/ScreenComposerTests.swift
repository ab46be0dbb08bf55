import Testing

@testable import TalkInterface

struct ScreenComposerTests {
    @Test func `on a terminal the status is drawn over and events scroll above it`() {
        var composer = ScreenComposer(.terminal)
        #expect(composer.status("one") == "\r\u{1B}[Kone")
        #expect(composer.status("one") == "")
        #expect(composer.event("ada joined.") == "\r\u{1B}[Kada joined.\none")
        #expect(composer.status("two") == "\r\u{1B}[Ktwo")
        #expect(composer.clear() == "\r\u{1B}[K")
        #expect(composer.clear() == "")
        #expect(composer.status("two") == "\r\u{1B}[Ktwo")
    }

    @Test func `in a log there are whole lines, on change and not too often`() {
        var composer = ScreenComposer(.plain)
        func status(_ headline: String, _ measurement: String, _ now: Duration) -> String {
            composer.status(TalkView.PlainStatus(headline: headline, measurements: [measurement]), now: now)
        }
        #expect(status("one", "loss 1%", .zero) == "status: one; loss 1%\n")
        #expect(status("one", "loss 2%", .seconds(100)) == "")
        #expect(status("two", "loss 2%", .seconds(100)) == "status: two; loss 2%\n")
        #expect(status("three", "loss 2%", .milliseconds(101_999)) == "")
        #expect(composer.event("ada joined voice.") == "ada joined voice.\n")
        #expect(status("three", "loss 3%", .seconds(102)) == "status: three; loss 3%\n")
        #expect(composer.clear() == "")
    }
}
