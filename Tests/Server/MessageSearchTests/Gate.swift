import Dispatch

/// Holds one thread up until it is opened.
final class Gate: Sendable {
    private let opening = DispatchSemaphore(value: 0)
    private let (entries, entering) = AsyncStream.makeStream(of: Void.self)

    /// Blocks the thread.
    func enter() -> Int {
        entering.yield()
        opening.wait()
        return 0
    }

    /// Returns when a thread stands at the gate.
    func entered() async {
        for await _ in entries { return }
    }

    func open() { opening.signal() }
}
