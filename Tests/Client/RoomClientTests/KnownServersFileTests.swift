import Foundation
import RoomClient
import TestSupport
import Testing

struct KnownServersFileTests {
    private let folder: TemporaryFolder
    private let server = ServerAddress(host: "chat.example.org")
    private let fingerprint = CertificateFingerprint(certificateDER: [1])

    init() throws { folder = try TemporaryFolder() }

    private func remember(_ server: ServerAddress, in file: KnownServersFile) throws {
        let isRemembered = try file.update { servers in
            servers.remember(server, as: .pinned(fingerprint), date: "2026-01-31T12:00:00Z")
        }
        #expect(isRemembered)
    }

    @Test func `what is remembered is found again, in a private file and folder`() throws {
        let file = KnownServersFile(path: folder.file("data/roomtone/known_servers"))
        #expect(try file.read() == KnownServers())
        try remember(server, in: file)
        #expect(try file.read().lookup(server) == .pinned(fingerprint, line: 2))
        #expect(try folder.permissions(of: "data/roomtone/known_servers") == 0o600)
        #expect(try folder.permissions(of: "data/roomtone") == 0o700)
    }

    @Test func `the format is the documented one`() throws {
        let file = KnownServersFile(path: folder.file("known"))
        try remember(server, in: file)
        let lines = try folder.text(of: "known").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("#"))
        #expect(lines[1] == "chat.example.org:8080 \(fingerprint) 2026-01-31T12:00:00Z")
    }

    @Test func `lines that cannot be read stay, and refuse the server they name`() throws {
        let text = "chat.example.org:8080 SHA256:zz 2026\n# note\n\u{0}garbage\nother:1 authority 2026\n"
        try folder.write(text, to: "known")
        let servers = try KnownServersFile(path: folder.file("known")).read()
        #expect(servers.lookup(server) == .unreadable(line: 1))
        #expect(servers.lookup(ServerAddress(host: "other", port: 1)) == .authority(line: 4))
        #expect(servers.text == text)
    }

    @Test func `a changed entry keeps its line and everybody else's`() throws {
        try folder.write("# mine\na:1 authority 2026\n\(server) authority 2025\nb:2 authority 2026\n", to: "known")
        try remember(server, in: KnownServersFile(path: folder.file("known")))
        #expect(
            try folder.text(of: "known")
                == "# mine\na:1 authority 2026\n\(server) \(fingerprint) 2026-01-31T12:00:00Z\nb:2 authority 2026\n")
    }

    @Test(arguments: [0o620, 0o602, 0o666])
    func `a file that others may write proves nothing`(permissions: Int) throws {
        try folder.write("", to: "known", permissions: permissions)
        #expect { try KnownServersFile(path: folder.file("known")).read() } throws: {
            ($0 as? RoomClientError)?.code == .knownServersUnusable && "\($0)".contains("chmod 600")
        }
    }

    @Test func `a folder in the file's place is refused`() throws {
        #expect(throws: RoomClientError.self) { try KnownServersFile(path: folder.path).read() }
    }

    @Test func `many writers lose nobody's entry`() async throws {
        let file = KnownServersFile(path: folder.file("known"))
        let writerCount = 40
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...writerCount {
                group.addTask { try remember(ServerAddress(host: "host\(number)"), in: file) }
            }
            try await group.waitForAll()
        }
        let servers = try file.read()
        #expect(servers.entryCount == writerCount)
        for number in 1...writerCount {
            #expect(servers.lookup(ServerAddress(host: "host\(number)")) != .unknown)
        }
    }

    @Test func `the last server fits and one more does not`() throws {
        var servers = KnownServers(
            parsing: (1..<KnownServers.entriesMax).map { "h\($0):1 authority 2026\n" }.joined())
        let fits = servers.remember(server, as: .authority, date: "2026")
        #expect(fits && servers.entryCount == KnownServers.entriesMax)
        let oneMoreFits = servers.remember(ServerAddress(host: "one-more"), as: .authority, date: "2026")
        #expect(!oneMoreFits)
        let isReplaced = servers.remember(server, as: .pinned(fingerprint), date: "2026")
        #expect(isReplaced)
    }

    @Test func `a file may have bytesMax bytes and no more`() throws {
        let line = "#" + String(repeating: "x", count: KnownServers.bytesMax - 2) + "\n"
        try folder.write(line, to: "known")
        let file = KnownServersFile(path: folder.file("known"))
        #expect(try file.read().text == line)
        try folder.write("#" + line, to: "known")
        #expect(throws: RoomClientError.self) { try file.read() }
    }

    @Test func `the path follows the XDG specification`() {
        #expect(
            KnownServersFile.pathDefault(environment: ["XDG_DATA_HOME": "/data", "HOME": "/home/a"])
                == "/data/roomtone/known_servers")
        #expect(
            KnownServersFile.pathDefault(environment: ["XDG_DATA_HOME": "data", "HOME": "/home/a"])
                == "/home/a/.local/share/roomtone/known_servers")
        #expect(KnownServersFile.pathDefault(environment: [:]) == nil)
    }
}
