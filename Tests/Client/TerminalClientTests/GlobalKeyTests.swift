import Glibc
import TerminalSupport
import TestSupport
import Testing

@testable import TerminalClient

/// Pipes with names stand for keyboards: what is written into one is what a device says.
struct GlobalKeyTests {
    private let folder: TemporaryFolder
    private let states: AsyncStream<Bool>
    private let telling: AsyncStream<Bool>.Continuation
    private let key = KeyCode(number: 183)

    init() throws {
        folder = try TemporaryFolder()
        (states, telling) = AsyncStream.makeStream()
    }

    private func watch() throws -> GlobalKey {
        try GlobalKey(key, folder: folder.path, hasKey: { _, _ in true }, tell: { [telling] in telling.yield($0) })
    }

    /// A keyboard, open for writing.
    private func plug(_ name: String) throws -> Int32 {
        try #require(mkfifo(folder.file(name), 0o600) == 0)
        return open(folder.file(name), O_RDWR | O_CLOEXEC)
    }

    private func say(_ bytes: [UInt8], on keyboard: Int32) {
        #expect(write(keyboard, bytes, bytes.count) == bytes.count)
    }

    @Test func `the key is told from any keyboard, once while it is held on two`() async throws {
        let (first, second) = (try plug("event0"), try plug("event7"))
        _ = try plug("mouse0")
        let watch = try watch()
        #expect(watch.deviceCount == 2)
        var states = states.makeAsyncIterator()
        say(KeyEventDecoderTests.press(183), on: first)
        #expect(await states.next() == true)
        say(KeyEventDecoderTests.press(183), on: second)
        say(KeyEventDecoderTests.release(183), on: first)
        say(KeyEventDecoderTests.release(183), on: second)
        #expect(await states.next() == false)
        say(KeyEventDecoderTests.press(183) + KeyEventDecoderTests.release(183), on: second)
        #expect(await states.next() == true)
        #expect(await states.next() == false)
        await watch.stop()
        for keyboard in [first, second] { close(keyboard) }
    }

    @Test func `a keyboard that is plugged in later is heard`() async throws {
        let watch = try watch()
        #expect(watch.deviceCount == 0)
        let late = try plug("event3")
        say(KeyEventDecoderTests.press(183), on: late)
        var states = states.makeAsyncIterator()
        #expect(await states.next() == true)
        await watch.stop()
        close(late)
    }

    @Test func `the end of the watch lets the key go`() async throws {
        let keyboard = try plug("event0")
        let watch = try watch()
        var states = states.makeAsyncIterator()
        say(KeyEventDecoderTests.press(183), on: keyboard)
        #expect(await states.next() == true)
        await watch.stop()
        #expect(await states.next() == false)
        close(keyboard)
    }

    @Test func `one keyboard more than devicesMax is passed over`() async throws {
        let keyboards = try (0...GlobalKey.devicesMax).map { try plug("event\($0 + 10)") }
        let watch = try watch()
        #expect(watch.deviceCount == GlobalKey.devicesMax)
        await watch.stop()
        for keyboard in keyboards { close(keyboard) }
    }

    @Test func `a system without input devices is told so`() {
        #expect {
            try GlobalKey(key, folder: folder.file("none")) { _ in }
        } throws: {
            ($0 as? CommandFailure)?.status == .device
        }
    }

    @Test func `what is no input device has no key`() throws {
        let keyboard = try plug("event0")
        #expect(!InputDevice.hasKey(keyboard, key))
        close(keyboard)
    }
}
