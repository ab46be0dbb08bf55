import Daemon
import Foundation
import RoomClient
import TerminalSupport
import TestSupport
import Testing

@testable import ChatCommands

struct AccountCommandTests {
    @Test func `who has registered needs no password any more`() async throws {
        let server = try await ChatDaemon()
        let ada = server.newcomer("ada")
        let before = await ada.failure { try await $0.listRooms() }
        #expect(before?.status == .configuration && before?.description.contains("roomtone login") == true)
        let registered = try await ada.with { $0.server = server.address }.run {
            try await $0.register(isDefault: false)
        }
        #expect(registered.output.first?.contains("Logged in as ada on \(server.address)") == true)
        #expect(registered.notes.contains { $0.contains("SHA256:") })
        let rooms = try await ada.with { $0.environment["ROOMTONE_PASSWORD"] = nil }.run {
            try await $0.listRooms()
        }
        #expect(rooms.output.first?.hasPrefix("ID") == true)
        #expect(rooms.output.contains { $0.contains("General") })
        let text = try String(contentsOfFile: ada.home + "/.config/roomtone/credentials", encoding: .utf8)
        #expect(!text.contains("a long password"))
        await server.daemon.stop()
    }

    @Test func `a wrong password and a taken name are refused with 77, a server that is not there with 69`()
        async throws
    {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        await #expect {
            try await ada.with {
                $0.server = server.address
                $0.environment["ROOMTONE_PASSWORD"] = "a wrong password"
            }.run { try await $0.logIn(isDefault: false) }
        } throws: { ($0 as? CommandFailure)?.status == .permission }
        await #expect {
            try await ada.with { $0.server = server.address }.run {
                try await $0.register(isDefault: false)
            }
        } throws: { ($0 as? CommandFailure)?.status == .permission }
        await server.daemon.stop()
        let gone = await ada.failure { try await $0.unread() }
        #expect(gone?.status == .unavailable)
    }

    @Test func `logging out forgets the session here and ends it there`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let file = CredentialsFile(path: ada.home + "/.config/roomtone/credentials")
        let stored = try file.read()
        try await ada.run { try await $0.logOut(everywhere: false) }
        #expect(try file.read().accounts.isEmpty)
        // Somebody who had kept a copy comes too late.
        try file.update { (content) throws(RoomClientError) in content = stored }
        let failure = await ada.failure { try await $0.unread() }
        #expect(failure?.status == .permission && failure?.code == "SessionEnded")
        #expect(failure?.description.contains("roomtone login") == true)
        await server.daemon.stop()
    }

    @Test func `a new password ends the other sessions and not this one`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let other = ChatPerson(name: "ada", home: server.folder.file("laptop"))
        try await other.with { $0.server = server.address }.run {
            try await $0.logIn(isDefault: false)
        }
        let sessions = try await ada.objects { try await $0.listSessions() }
        #expect(sessions.count == 2)
        #expect(sessions.count { $0["is_current"] as? Bool == true } == 1)
        try await ada.with { $0.environment["ROOMTONE_NEW_PASSWORD"] = "another long password" }.run {
            try await $0.changePassword(newPasswordFile: nil)
        }
        try await ada.run { try await $0.unread() }
        let failure = await other.failure { try await $0.unread() }
        #expect(failure?.code == "SessionEnded")
        await server.daemon.stop()
    }

    @Test func `the token that the server printed makes its holder the owner, once`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let token = try #require(server.daemon.ownershipToken)
        let wrong = await ada.failure {
            try await $0.claimOwnership(token: String(repeating: "0", count: 64))
        }
        #expect(wrong?.status == .permission)
        let result = try await ada.run {
            try await $0.claimOwnership(token: token)
        }
        #expect(result.output == ["ada is owner now"])
        let bob = try await server.person("bob")
        let second = await bob.failure {
            try await $0.claimOwnership(token: token)
        }
        #expect(second?.status == .permission)
        await server.daemon.stop()
    }
}
