import Glibc
import TerminalUI
import Testing

@testable import TerminalClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct PlainInterfaceTests {
    private let model = Model(
        size: Model.Size(columns: 80, rows: 24), settings: Settings(), server: "chat.example.org",
        clientIDPrefix: "x")

    /// A pipe: what is read, and what is written.
    private func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private func type(_ text: String, into descriptor: Int32) {
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    @Test func `lines come as they are typed, and their end is the end`() async throws {
        let (keyboard, screen) = (try makePipe(), try makePipe())
        let interface = try PlainInterface(input: keyboard.read, output: screen.write, model: model)
        type("hello\n/quit\nlast", into: keyboard.write)
        close(keyboard.write)
        var lines: [String] = []
        for await event in interface.events {
            if case .line(let line) = event { lines.append(line) }
        }
        #expect(lines == ["hello", "/quit", "last"])
        await interface.close()
        for descriptor in [keyboard.read, screen.read, screen.write] { close(descriptor) }
    }

    @Test func `each change is a line`() async throws {
        let (keyboard, screen) = (try makePipe(), try makePipe())
        let interface = try PlainInterface(input: keyboard.read, output: screen.write, model: model)
        var next = model
        next.link = .connecting
        interface.show(next)
        interface.show(next)
        await interface.close()
        var bytes = [UInt8](repeating: 0, count: 1_000)
        let count = read(screen.read, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "Connecting to chat.example.org.\n")
        for descriptor in [keyboard.read, keyboard.write, screen.read, screen.write] { close(descriptor) }
    }

    @Test func `a signal to end is told`() async throws {
        let (keyboard, screen) = (try makePipe(), try makePipe())
        let interface = try PlainInterface(input: keyboard.read, output: screen.write, model: model)
        kill(getpid(), SIGTERM)
        var isTerminated = false
        for await event in interface.events {
            if case .terminated = event { isTerminated = true }
            break
        }
        #expect(isTerminated)
        await interface.close()
        for descriptor in [keyboard.read, keyboard.write, screen.read, screen.write] { close(descriptor) }
    }
}
