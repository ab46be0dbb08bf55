import Glibc
import LockFree
import Testing

@Suite("Event descriptor")
struct EventSignalTests {
    private func isReadable(_ signal: EventSignal, waitMilliseconds: Int32 = 0) -> Bool {
        var waiting = pollfd(fd: signal.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, waitMilliseconds) == 1
    }

    @Test("is readable after a signal until it is cleared")
    func signalAndClear() throws {
        let signal = try EventSignal()
        #expect(!isReadable(signal))
        signal.signal()
        signal.signal()
        #expect(isReadable(signal))
        signal.clear()
        #expect(!isReadable(signal))
        signal.clear()
    }

    @Test("wakes a thread that polls it")
    func wakes() async throws {
        let signal = try EventSignal()
        let thread = try DedicatedThread(name: "signaller") { signal.signal() }
        #expect(isReadable(signal, waitMilliseconds: 10_000))
        await thread.ended()
    }
}
