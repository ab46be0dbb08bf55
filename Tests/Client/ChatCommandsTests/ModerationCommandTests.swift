import ControlWire
import Daemon
import Permissions
import TerminalSupport
import Testing

@testable import ChatCommands

struct ModerationCommandTests {
    /// A server with its owner, and somebody else.
    private func start() async throws -> (ChatDaemon, owner: ChatPerson, member: ChatPerson) {
        let server = try await ChatDaemon()
        let owner = try await server.person("owner")
        let token = try #require(server.daemon.ownershipToken)
        try await owner.run { try await $0.claimOwnership(token: token) }
        let member = try await server.person("bob")
        try await member.run {
            try await $0.joinRoom("General", password: nil)
        }
        return (server, owner, member)
    }

    @Test func `roles are given by those above, and asked for in vain by others`() async throws {
        let (server, owner, bob) = try await start()
        let refused = await bob.failure {
            try await $0.setRole(of: "bob", to: .admin)
        }
        #expect(refused?.status == .permission && refused?.code == "NotPermitted")
        let result = try await owner.run {
            try await $0.setRole(of: "bob", to: .moderator)
        }
        #expect(result.output == ["bob is moderator now"])
        await server.daemon.stop()
    }

    @Test func `who is banned from a room stays out until the ban is lifted`() async throws {
        let (server, owner, bob) = try await start()
        let ban = try await owner.objects {
            try await $0.ban(user: "bob", address: nil, room: "General", reason: "noise", span: "7d")
        }
        let id = UInt64(try #require(ban.first?["ban_id"] as? Int))
        let out = await bob.failure {
            try await $0.joinRoom("General", password: nil)
        }
        #expect(out?.status == .permission && out?.code == "Banned")
        let list = try await owner.run {
            try await $0.listBans(room: "General")
        }
        #expect(list.output.contains { $0.contains("bob") && $0.contains("noise") && $0.contains("until ") })
        try await owner.run { try await $0.unban(id) }
        try await bob.run {
            try await $0.joinRoom("General", password: nil)
        }
        let again = await owner.failure { try await $0.unban(id) }
        #expect(again?.status == .notFound)
        await server.daemon.stop()
    }

    @Test func `restraints, overrides and kicks are done and stand in the audit log`() async throws {
        let (server, owner, bob) = try await start()
        let target = Target(user: "bob", room: "General", reason: "noise", span: "10m")
        try await owner.run {
            try await $0.restrain(target, isMuted: true, isDeafened: nil)
        }
        try await owner.run {
            try await $0.setOverride(room: "General", role: nil, user: "bob", allowed: [], denied: [.write])
        }
        let overrides = try await owner.run {
            try await $0.listOverrides(room: "General")
        }
        #expect(overrides.output.contains { $0.hasPrefix("bob") && $0.hasSuffix("write") })
        let silenced = await bob.failure {
            try await $0.send(to: .room("General"), replyTo: nil, text: "hello?")
        }
        #expect(silenced?.code == "NotPermitted")
        try await owner.run {
            try await $0.kick(Target(user: "bob", room: "General", reason: "enough"))
        }
        let actions = try await owner.objects {
            try await $0.listAudit(before: nil, limit: nil)
        }.compactMap { $0["action"] as? String }
        #expect(actions.count >= 3)
        let audit = try await owner.run {
            try await $0.listAudit(before: nil, limit: 1)
        }
        #expect(audit.output.last?.contains("enough") == true)
        #expect(audit.notes.contains { $0.contains("--before") })
        await server.daemon.stop()
    }

    @Test func `slow mode and retention are settings of the room`() async throws {
        let (server, owner, bob) = try await start()
        var settings = RoomSettings()
        settings.slowModeSeconds = 3_600
        settings.retentionDays = 30
        settings.loudestTalkers = 8
        let changes = settings
        let result = try await owner.run {
            try await $0.updateRoom("General", changes)
        }
        #expect(result.output.contains { $0.hasPrefix("slow mode") && $0.hasSuffix("3600 s") })
        #expect(result.output.contains { $0.hasPrefix("kept for") && $0.hasSuffix("30 days") })
        #expect(result.output.contains { $0.hasPrefix("talkers heard") && $0.hasSuffix("the 8 loudest") })
        for (number, words) in [(0, "all"), (-1, "as the server says")] {
            var settings = RoomSettings()
            settings.loudestTalkers = number
            let changes = settings
            let result = try await owner.run { try await $0.updateRoom("General", changes) }
            #expect(result.output.contains { $0.hasPrefix("talkers heard") && $0.hasSuffix(words) })
        }
        try await bob.run {
            try await $0.send(to: .room("General"), replyTo: nil, text: "once")
        }
        let tooSoon = await bob.failure {
            try await $0.send(to: .room("General"), replyTo: nil, text: "twice")
        }
        #expect(tooSoon?.status == .tryLater)
        await server.daemon.stop()
    }

    @Test func `options that exclude each other are refused before anything is asked`() async throws {
        let nobody = ChatPerson(name: "nobody", home: "/nonexistent")
        let both = await nobody.failure {
            try await $0.ban(user: "a", address: "192.0.2.1", room: nil, reason: nil, span: nil)
        }
        let room = await nobody.failure {
            try await $0.ban(user: nil, address: "192.0.2.1", room: "1", reason: nil, span: nil)
        }
        let subject = await nobody.failure {
            try await $0.setOverride(room: "1", role: .guest, user: "a", allowed: [], denied: [])
        }
        #expect([both, room, subject].allSatisfy { $0?.status == .usage })
    }
}
