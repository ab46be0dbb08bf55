import ControlWire
import Daemon
import Permissions
import TerminalSupport
import Testing

@testable import ChatCommands

struct RoomCommandTests {
    @Test func `a room is made, shown, changed, joined, left and deleted`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let bob = try await server.person("bob")
        var settings = RoomSettings()
        settings.description = "For coffee"
        settings.topic = "Beans"
        settings.slowModeSeconds = 1
        let lounge = settings
        let made = try await ada.run {
            try await $0.createRoom(name: "Lounge", lounge)
        }
        #expect(made.output.first?.hasSuffix("“Lounge”") == true)
        let rows = try await bob.objects { try await $0.listRooms() }
        let row = try #require(rows.first { $0["name"] as? String == "Lounge" })
        #expect(row["topic"] as? String == "Beans")
        try await bob.run {
            try await $0.joinRoom("lounge", password: nil)
        }
        let members = try await ada.run {
            try await $0.listUsers(room: "Lounge", namePrefix: nil, limit: nil)
        }
        #expect(members.output.contains { $0.contains("bob") })
        try await bob.run { try await $0.leaveRoom("Lounge") }
        let notAllowed = await bob.failure {
            try await $0.deleteRoom("Lounge", isConfirmed: true)
        }
        #expect(notAllowed?.status == .permission)
        let unconfirmed = await ada.failure {
            try await $0.deleteRoom("Lounge", isConfirmed: false)
        }
        #expect(unconfirmed?.status == .usage)
        try await ada.run {
            try await $0.deleteRoom("Lounge", isConfirmed: true)
        }
        let gone = await ada.failure {
            try await $0.joinRoom("Lounge", password: nil)
        }
        #expect(gone?.status == .notFound && gone?.description.contains("nearest") == true)
        await server.daemon.stop()
    }

    @Test func `a private room opens to its password and to its invitations`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let bob = try await server.person("bob")
        let cyd = try await server.person("cyd")
        var settings = RoomSettings()
        settings.kind = .private
        settings.password = "open sesame"
        let cave = settings
        try await ada.run { try await $0.createRoom(name: "Cave", cave) }
        let wrong = await bob.failure {
            try await $0.joinRoom("Cave", password: "wrong")
        }
        #expect(wrong?.status == .permission)
        try await bob.run {
            try await $0.joinRoom("Cave", password: "open sesame")
        }
        let invited = try await ada.run {
            try await $0.invite(to: "Cave", validFor: "2h", usesMax: 1)
        }
        let code = try #require(invited.output.first)
        let list = try await ada.run {
            try await $0.listInvitations(to: "Cave")
        }
        #expect(list.output.contains { $0.hasPrefix(code) && $0.contains("ada") && $0.hasSuffix("1") })
        try await cyd.run { try await $0.joinRoom(invitation: code) }
        let used = await server.newcomerFails("dan", code)
        #expect(used?.status == .notFound)
        await server.daemon.stop()
    }
}

extension ChatDaemon {
    /// How somebody new fails to use an invitation.
    fileprivate func newcomerFails(_ name: String, _ code: String) async -> CommandFailure? {
        guard let person = try? await person(name) else { return nil }
        return await person.failure {
            try await $0.joinRoom(invitation: code)
        }
    }
}
