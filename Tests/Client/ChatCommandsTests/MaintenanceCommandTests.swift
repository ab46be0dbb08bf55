import Daemon
import Foundation
import TerminalSupport
import TestSupport
import Testing

@testable import ChatCommands

@Suite(.timeLimit(.minutes(1))) struct MaintenanceCommandTests {
    @Test func `the owner copies and checks the database, others may not`() async throws {
        let server = try await ChatDaemon()
        let owner = try await server.person("owner")
        let token = try #require(server.daemon.ownershipToken)
        try await owner.run { try await $0.claimOwnership(token: token) }
        let made = try await owner.objects { try await $0.backUp() }
        let file = try #require(made.first?["file"] as? String)
        #expect(FileManager.default.fileExists(atPath: server.folder.file("data/" + file)))
        let said = try await owner.run { try await $0.backUp() }
        #expect(said.output.first?.hasPrefix("backups/roomtone-") == true)
        let checked = try await owner.run { try await $0.checkIntegrity() }
        #expect(checked.output.isEmpty && checked.notes.contains { $0.contains("sound") })
        let bob = try await server.person("bob")
        let refused = await bob.failure { try await $0.backUp() }
        #expect(refused?.status == .permission && refused?.code == "NotPermitted")
        await server.daemon.stop()
    }
}
