import Foundation
import RoomClient
import TestSupport
import Testing

struct CredentialsFileTests {
    private let folder: TemporaryFolder
    private let file: CredentialsFile

    init() throws {
        folder = try TemporaryFolder()
        file = CredentialsFile(path: folder.file("config/roomtone/credentials"))
    }

    private func account(_ user: String, at host: String = "chat.example.org", isDefault: Bool = false) -> StoredAccount
    {
        StoredAccount(
            server: ServerAddress(host: host), username: user, sessionToken: "0a1b", sessionID: 7,
            isDefault: isDefault)
    }

    @Test func `what is stored is found again, whatever the case of the name`() throws {
        try file.update { (content) throws(RoomClientError) in try content.store(account("Ada Lovelace")) }
        let found = try file.read().find(server: ServerAddress(host: "chat.example.org"), username: "ada lovelace")
        #expect(found?.username == "Ada Lovelace")
        #expect(found?.sessionToken == "0a1b")
        #expect(found?.sessionID == 7)
        #expect(found?.isDefault == true)
    }

    @Test func `the file is private from its first byte on`() throws {
        try file.update { (content) throws(RoomClientError) in try content.store(account("ada")) }
        #expect(try folder.permissions(of: "config/roomtone/credentials") == 0o600)
        #expect(try folder.permissions(of: "config/roomtone") == 0o700)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o602])
    func `a file that others can use is refused with what to do`(mode: Int) throws {
        try folder.write("", to: "open", permissions: mode)
        let file = CredentialsFile(path: folder.file("open"))
        #expect {
            try file.read()
        } throws: {
            ($0 as? RoomClientError)?.code == .credentialsUnusable && "\($0)".contains("chmod 600")
        }
    }

    @Test func `a file that is no file is refused`() throws {
        let file = CredentialsFile(path: folder.path)
        #expect { try file.read() } throws: { ($0 as? RoomClientError)?.code == .credentialsUnusable }
    }

    @Test func `many writers at once lose nothing`() async throws {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<32 {
                group.addTask { [file] in
                    try? file.update { (content) throws(RoomClientError) in
                        try content.store(account("user\(number)"))
                    }
                }
            }
        }
        let accounts = try file.read().accounts
        #expect(Set(accounts.map(\.username)) == Set((0..<32).map { "user\($0)" }))
        #expect(accounts.count(where: \.isDefault) == 1)
    }

    @Test func `the same account again takes the place of the old one`() throws {
        var content = Credentials()
        try content.store(account("ada"))
        try content.store(account("bob"))
        var renewed = account("ADA")
        renewed.sessionToken = "ff"
        try content.store(renewed)
        #expect(content.accounts.map(\.sessionToken) == ["ff", "0a1b"])
        #expect(try content.find(server: nil, username: nil)?.username == "ADA")
    }

    @Test func `a new default takes the mark; a removed one leaves it to the first`() throws {
        var content = Credentials()
        try content.store(account("ada"))
        try content.store(account("bob", at: "other.example.org"))
        try content.store(account("cyd", isDefault: true))
        #expect(content.accounts.filter(\.isDefault).map(\.username) == ["cyd"])
        content.remove(server: ServerAddress(host: "chat.example.org"), username: "Cyd")
        #expect(content.accounts.filter(\.isDefault).map(\.username) == ["ada"])
    }

    @Test func `the default is meant where nothing is named, and among several that fit`() throws {
        var content = Credentials()
        try content.store(account("ada", at: "one.example.org"))
        try content.store(account("bob", at: "two.example.org"))
        try content.store(account("cyd", at: "two.example.org"))
        let two = ServerAddress(host: "two.example.org")
        #expect(try content.find(server: nil, username: nil)?.username == "ada")
        #expect(try content.find(server: nil, username: "bob")?.server == two)
        #expect(try content.find(server: two, username: "dan") == nil)
        #expect { try content.find(server: two, username: nil) } throws: {
            ($0 as? RoomClientError)?.code == .credentialsUnusable && "\($0)".contains("--user")
        }
    }

    @Test func `lines that cannot be read stay, and count for nothing`() throws {
        let text = "# mine\nrubbish\nhost:1 zz 3\nhost:1 not-hex! 3 - ada\n"
        var content = Credentials(parsing: text)
        #expect(content.accounts.isEmpty)
        try content.store(account("ada"))
        #expect(content.text.hasPrefix(text))
    }

    @Test func `accountsMax accounts are stored and one more is refused`() throws {
        var content = Credentials()
        for number in 0..<Credentials.accountsMax { try content.store(account("user\(number)")) }
        #expect(throws: RoomClientError.self) { try content.store(account("one more")) }
        try content.store(account("user3"))
        #expect(content.accounts.count == Credentials.accountsMax)
    }

    @Test func `no password is ever in the file's text`() throws {
        #expect(Mirror(reflecting: account("ada")).children.allSatisfy { $0.label?.contains("assword") == false })
    }

    @Test(
        arguments: [
            (["XDG_CONFIG_HOME": "/c"], "/c/roomtone/credentials"),
            (["XDG_CONFIG_HOME": "relative", "HOME": "/h"], "/h/.config/roomtone/credentials"), ([:], nil),
        ] as [([String: String], String?)])
    func `it stands where configuration stands`(environment: [String: String], path: String?) {
        #expect(CredentialsFile.pathDefault(environment: environment) == path)
    }
}
