import RoomClient
import TerminalSupport
import TestSupport
import Testing

@testable import TalkInterface

struct StoredAccountTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let file = CredentialsFile(path: folder.file("roomtone/credentials"))
        try file.update { (content) throws(RoomClientError) in
            try content.store(
                StoredAccount(
                    server: ServerAddress(host: "chat.example.org"), username: "ada", sessionToken: "0a", sessionID: 1))
        }
    }

    private func options(server: String? = nil, user: String? = nil) -> TalkOptions {
        TalkOptions(server: server, room: "General", user: user, environment: ["XDG_CONFIG_HOME": folder.path])
    }

    @Test func `a stored login is meant where nothing is named, or where it is named`() throws {
        #expect(try options().storedAccount()?.username == "ada")
        #expect(try options(server: "chat.example.org:8080", user: "ADA").storedAccount()?.sessionToken == "0a")
    }

    @Test func `another server, another user or a new account is not`() throws {
        #expect(try options(server: "other.example.org").storedAccount() == nil)
        #expect(try options(user: "bob").storedAccount() == nil)
        var new = options()
        new.registers = true
        #expect(try new.storedAccount() == nil)
    }

    @Test func `without a server and without a stored login it says what to do`() {
        let nobody = TalkOptions(server: nil, room: "General", user: "ada", environment: [:])
        #expect {
            try nobody.serverAddress()
        } throws: {
            ($0 as? CommandFailure)?.status == .usage && "\($0)".contains("roomtone login")
        }
    }
}
