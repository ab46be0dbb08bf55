import AudioTestSupport
import ChatStore
import ControlWire
import Foundation
import Identifiers
import Testing
import VoiceTestSupport

/// What is done to a server while people use it. The same under a load that is measured: `Scripts/bench running`.
@Suite("A server in use is reloaded, copied and closed, and nobody loses anything")
struct RunningTests {
    @Test("a voice limit that SIGHUP brings is in the next voice grant, and nobody is dropped", .timeLimit(.minutes(3)))
    func voiceLimit() async throws {
        try await blocking {
            var settings = RunningServer.Settings()
            let server = try RunningServer(settings)
            let (ada, ben) = (try Person("ada", server), try Person("ben", server))
            #expect(ada.grant.bytesPerSecondMax == 20_000 && ada.grant.keepaliveMilliseconds == 20_000)
            try ada.speak(1, to: ben)

            settings.roomsMax += 1
            settings.voiceBytesPerSecondMax = 12_345
            settings.voiceKeepaliveSeconds = 7
            try server.reload(settings)
            let changed = try server.logged("the configuration was read again")["changed"]
            #expect(changed == "voice.keepalive_seconds, voice.bytes_per_second_max, rooms.max")
            let cai = try LineClient(port: server.port, registering: "cai")
            var grant = try cai.connectVoice()
            // The rooms follow a moment after the settings do.
            try server.wait(for: "a grant with the new limit") {
                guard grant.bytesPerSecondMax == 20_000 else { return true }
                try cai.disconnectVoice()
                grant = try cai.connectVoice()
                return false
            }
            #expect(grant.bytesPerSecondMax == 12_345 && grant.keepaliveMilliseconds == 7_000)
            #expect(grant.timeoutMilliseconds == 600_000, "what was not changed")

            // Who talked before talks on, and leaves and comes back to the new limit.
            try ada.speak(2, to: ben)
            #expect(try server.metric("roomtone_voice_sessions ") == 3)
            try ada.client.disconnectVoice()
            #expect(try ada.client.connectVoice().bytesPerSecondMax == 12_345)
            #expect(server.program.end(SIGINT) == 0, "\(server.program.output)")
        }
    }

    @Test("what was acknowledged is there, word for word, after reloads, backups and SIGTERM", .timeLimit(.minutes(5)))
    func underLoad() async throws {
        let books = try await blocking { try Self.use(try RunningServer()) }
        #expect(books.problems.isEmpty)
        let stored = try await Self.contents(of: books.server.file("roomtone.sqlite"))
        #expect(Self.missing(books.acknowledged, in: stored) == 0)
        #expect(Set(stored.values).count == stored.count, "nothing is there twice")
        #expect(books.acknowledged.count >= 4 * Self.acknowledgedAtLeast)
        for copy in books.copies {
            let copied = try await Self.contents(of: books.server.file(copy.file))
            #expect(copy.acknowledged.count >= Self.acknowledgedAtLeast)
            #expect(Self.missing(copy.acknowledged, in: copied) == 0, "in \(copy.file)")
        }
    }

    /// Messages that come while something is done to the server, at least.
    private static let acknowledgedAtLeast = 50
    private static let framesAtATime = 10

    /// What was seen from outside, to be compared with what the server kept.
    private struct Books {
        let server: RunningServer
        var acknowledged: [MessageID: String] = [:]
        /// Files, and what had been acknowledged before each was begun.
        var copies: [(file: String, acknowledged: [MessageID: String])] = []
        var problems: [String] = []
    }

    /// Uses a server to its end. Blocks.
    private static func use(_ server: RunningServer) throws -> Books {
        var (books, settings) = (Books(server: server), RunningServer.Settings())
        let (ada, ben) = (try Person("ada", server), try Person("ben", server))
        let board = CrashBoard()
        let writers = try (1...3).map { try SteadyWriter("writer\($0)", port: server.port, board) }
        let threads = DispatchGroup()
        for writer in writers {
            threads.enter()
            Thread.detachNewThread {
                writer.run()
                threads.leave()
            }
        }
        defer {
            _ = server.program.end(SIGKILL)
            threads.wait()
        }
        var spokenCount = 0
        func goOn() throws {
            board.serve(port: server.port)
            board.waitForAcknowledgements(acknowledgedAtLeast)
            for _ in 0..<framesAtATime {
                try ada.speak(UInt8(spokenCount), to: ben)
                spokenCount += 1
            }
        }
        func acknowledged() -> [MessageID: String] {
            writers.reduce(into: [:]) { all, writer in all.merge(writer.memory.acknowledged) { $1 } }
        }

        for _ in 1...3 {
            try goOn()
            settings.roomsMax += 1
            try server.reload(settings)
            let before = acknowledged()
            books.copies.append((try copy(server), before))
        }
        server.program.send(SIGTERM)
        try server.wait(for: "not to be ready") { try server.ask("/readyz").status == 503 }
        // Who is there goes on; who is not is told.
        try goOn()
        let late = try LineClient(port: server.port).ask(.register(username: "late", password: "a long password"))
        #expect("\(late)".contains("serverStopping"), "\(late)")
        let sent = try server.metric("roomtone_room_voice_sent_datagrams_total{room=\"1\"")
        #expect(sent == spokenCount + 2, "each frame, and two welcomes")
        for person in [ada, ben] { try person.client.disconnectVoice() }
        #expect(server.program.wait() == 0)
        threads.wait()
        #expect(writers.allSatisfy { $0.memory.isToldOfClosing && $0.memory.lastWord == .serverStopping })
        let voice = try server.logged("voice ended")
        #expect(voice["framesAccepted"] == "\(spokenCount)" && voice["framesForwarded"] == "\(spokenCount)")
        (books.acknowledged, books.problems) = (acknowledged(), board.problems)
        return books
    }

    /// Has a copy made, and gives its name in the data directory.
    private static func copy(_ server: RunningServer) throws -> String {
        struct Made: Decodable { var file: String }
        let answer = try server.ask("/api/v1/backups", method: "POST")
        #expect(answer.status == 200, "\(answer)")
        return try JSONDecoder().decode(Made.self, from: Data(answer.body.utf8)).file
    }

    private static func contents(of database: String) async throws -> [MessageID: String] {
        let store = try await ChatStore.open(path: database)
        var all: [MessageID: String] = [:]
        var last: MessageID?
        while case let page = try await store.allMessages(after: last, limit: 1_000), let end = page.last {
            for message in page { all[message.id] = message.content }
            last = end.id
        }
        try await store.close()
        return all
    }

    private static func missing(_ wanted: [MessageID: String], in stored: [MessageID: String]) -> Int {
        wanted.count { stored[$0.key] != $0.value }
    }
}

/// Somebody in the voice of the first room.
private final class Person {
    let client: LineClient
    let grant: VoiceGrant
    private let voice: VoiceSocketClient

    init(_ name: String, _ server: RunningServer) throws {
        client = try LineClient(port: server.port, registering: name)
        grant = try client.connectVoice()
        voice = try VoiceSocketClient(grant)
    }

    /// One frame, which the other one hears.
    func speak(_ content: UInt8, to listener: Person) throws {
        try voice.speak(content)
        #expect(try listener.voice.hear() == content)
    }
}
