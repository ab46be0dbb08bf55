import Foundation
import LoadSupport
import TestSupport
import Testing

@testable import LoadTester

@Suite("Accounts are kept from run to run, for their owner only")
struct StoredAccountsTests {
    @Test("what is written is read again, server by server")
    func kept() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("accounts.json")
        var accounts = try StoredAccounts(path: path)
        #expect(accounts["one:8080"].isEmpty)
        accounts["one:8080"] = [.init(name: "load-a-1", token: "1"), .init(name: "load-a-2", token: "2")]
        accounts["two:8080"] = [.init(name: "load-b-1", token: "3")]
        try accounts.write(to: path)
        #expect(try StoredAccounts(path: path) == accounts)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // Again, over the file that is there.
        accounts["two:8080"] = []
        try accounts.write(to: path)
        #expect(try StoredAccounts(path: path) == accounts)
    }

    @Test("another file is not written over")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try folder.write("not ours", to: "notes.txt")
        #expect(throws: LoadError.self) { try StoredAccounts(path: folder.file("notes.txt")) }
    }

    @Test("a folder that is not there is told")
    func nowhere() {
        #expect(throws: LoadError.self) { try StoredAccounts().write(to: "/nowhere/accounts.json") }
    }
}
