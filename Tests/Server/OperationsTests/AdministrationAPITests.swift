import ControlWire
import Daemon
import DaemonTestSupport
import Foundation
import Identifiers
import RoomClient
import TestSupport
import Testing

@testable import Operations

/// The administration over HTTP, of a real server with real clients.
@Suite(.timeLimit(.minutes(1))) struct AdministrationAPITests {
    private func person(
        _ name: String, at server: RunningDaemon, _ folder: TemporaryFolder, device: String? = nil
    ) async throws -> (client: RoomClient, user: UInt64) {
        var options = RoomClientOptions()
        options.knownServersPath = folder.file("known-" + name)
        let client = try await RoomClient.connect(
            to: ServerAddress(host: "127.0.0.1", port: server.controlPort), options: options)
        let account = try await client.register(username: name, password: "a long password", device: device)
        return (client, account.userID.rawValue)
    }

    @Test(arguments: [
        nil, "", "0123", String(repeating: "0123456789abcdef", count: 4) + "0", AdministeredServer.token.uppercased(),
    ])
    func withoutTheTokenNothingIsSaid(shown: String?) async throws {
        try await AdministeredServer.with { _, client, _ in
            var stranger = client
            stranger.token = shown
            for path in ["/api/v1/sessions", "/api/v1/openapi.json", "/api/v1/nothing"] {
                let answer = try await stranger.ask(path)
                #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                #expect(!answer.body.contains(AdministeredServer.token))
            }
        }
    }

    @Test func sessionsAreListedInPagesAndRevoked() async throws {
        try await AdministeredServer.with { server, http, folder in
            let ann = try await person("ann", at: server, folder, device: "laptop")
            let bob = try await person("bob", at: server, folder, device: "phone")
            let first = try await http.ask("/api/v1/sessions?limit=1")
            let page = try AdministeredServer.rows("sessions", first)
            #expect(page.count == 1 && page[0]["username"] as? String == "ann" && page[0]["is_online"] as? Bool == true)
            let next = try #require(try AdministeredServer.object(first)["next"] as? Int)
            let second = try await http.ask("/api/v1/sessions?limit=1&after=\(next)")
            #expect(try AdministeredServer.rows("sessions", second).map { $0["device"] as? String } == ["phone"])
            #expect(try AdministeredServer.object(second)["next"] == nil)
            let revoked = try await http.ask("/api/v1/sessions/\(next)", method: "DELETE")
            #expect(revoked.status == 200, "\(revoked.body)")
            // The device is told and closed; the other one goes on.
            await #expect(throws: RoomClientError.self) {
                while true { _ = try await ann.client.listRooms() }
            }
            _ = try await bob.client.listRooms()
            #expect(try await http.ask("/api/v1/sessions/\(next)", method: "DELETE").status == 404)
            #expect(
                try AdministeredServer.rows("entries", await http.ask("/api/v1/audit")).contains {
                    $0["action"] as? String == "sessions.end" && $0["actor_id"] as? Int == 0
                })
            await bob.client.close()
            await ann.client.close()
        }
    }

    @Test func whoIsInVoiceIsShownMutedKickedAndBanned() async throws {
        try await AdministeredServer.with { server, http, folder in
            let ann = try await person("ann", at: server, folder)
            let room = try #require(try await ann.client.listRooms().first)
            _ = try await ann.client.join(room.id)
            _ = try await ann.client.connectVoice(in: room.id)
            try await ann.client.send(.audioQualityReport(packetLoss: 0.25, latency: 40, jitter: 3))
            // One connection's requests are served in turn: after this answer the report was taken.
            _ = try await ann.client.listRooms()
            let voice = try #require(
                try AdministeredServer.rows("sessions", await http.ask("/api/v1/voice?room=\(room.id)")).first)
            #expect(voice["username"] as? String == "ann" && voice["transport"] as? String == "udp")
            #expect(voice["packet_loss"] as? Double == 0.25 && voice["latency"] as? Int == 40)
            #expect(voice["is_muted"] as? Bool == false && (voice["quality"] as? Double ?? 0) < 3)
            let metrics = try await http.ask("/metrics").body
            #expect(metrics.contains("roomtone_voice_latency_seconds 0.04\n"))
            #expect(metrics.contains("roomtone_room_voice_loss_ratio{room=\"\(room.id)\",name=\"General\"} 0.25\n"))
            let mute = try await http.ask(
                "/api/v1/restraints", method: "POST",
                body: #"{"room_id":\#(room.id),"user_id":\#(ann.user),"is_muted":true,"reason":"noise"}"#)
            #expect(mute.status == 200, "\(mute.body)")
            #expect(
                try AdministeredServer.rows("sessions", await http.ask("/api/v1/voice")).first?["is_muted"] as? Bool
                    == true)
            let kick = try await http.ask(
                "/api/v1/kick", method: "POST", body: #"{"room_id":\#(room.id),"user_id":\#(ann.user)}"#)
            #expect(kick.status == 200, "\(kick.body)")
            #expect(try AdministeredServer.rows("sessions", await http.ask("/api/v1/voice")).isEmpty)
            let ban = try await http.ask(
                "/api/v1/bans", method: "POST",
                body: #"{"user_id":\#(ann.user),"reason":"enough","duration_seconds":60}"#)
            let number = try #require(try AdministeredServer.object(ban)["ban_id"] as? Int)
            #expect(
                try AdministeredServer.rows("bans", await http.ask("/api/v1/bans")).map { $0["ban_id"] as? Int } == [
                    number
                ])
            #expect(try await http.ask("/api/v1/bans/\(number)", method: "DELETE").status == 200)
            #expect(try AdministeredServer.rows("bans", await http.ask("/api/v1/bans")).isEmpty)
            await ann.client.close()
        }
    }

    @Test func roomsAndSettingsAreListed() async throws {
        try await AdministeredServer.with { _, http, _ in
            #expect(
                try AdministeredServer.rows("rooms", await http.ask("/api/v1/rooms")).map { $0["name"] as? String } == [
                    "General"
                ])
            let limits = try AdministeredServer.rows("limits", await http.ask("/api/v1/limits"))
            #expect(limits.contains { $0["key"] as? String == "rooms.max" && $0["value"] as? String == "256" })
            #expect(!limits.contains { ($0["value"] as? String)?.contains(AdministeredServer.token) == true })
            let refused = try await http.ask("/api/v1/limits/voice.port", method: "PUT", body: #"{"value":9000}"#)
            #expect(refused.status == 400 && refused.body.contains("read at the start"), "\(refused.body)")
            #expect(try await http.ask("/api/v1/limits/voice.prot", method: "PUT", body: #"{"value":1}"#).status == 404)
        }
    }

    struct Wrong: Sendable {
        let method: String, path: String, body: String?, type: String, status: Int, word: String

        init(
            _ method: String, _ path: String, body: String? = nil, type: String = "application/json", _ status: Int,
            _ word: String
        ) {
            (self.method, self.path, self.body, self.type, self.status, self.word) = (
                method, path, body, type, status, word
            )
        }
    }

    @Test(arguments: [
        Wrong("GET", "/api/v1/nothing", 404, "openapi.json"), Wrong("PUT", "/api/v1/sessions", body: "{}", 405, "GET"),
        Wrong("GET", "/api/v1/sessions?limit=201", 400, "1…200"), Wrong("GET", "/api/v1/rooms?limit=0", 400, "1…200"),
        Wrong("GET", "/api/v1/sessions?limt=1", 400, "known are after, limit"),
        Wrong("GET", "/api/v1/sessions?limit=x", 400, "whole number"),
        Wrong("GET", "/api/v1/voice?room=99", 404, "no such room"),
        Wrong("DELETE", "/api/v1/bans/99", 404, "no such ban"),
        Wrong("POST", "/api/v1/kick", body: "{}", type: "text/plain", 415, "application/json"),
        Wrong("POST", "/api/v1/kick", body: "{", 400, "not valid JSON"),
        Wrong("POST", "/api/v1/kick", body: "[]", 400, "an object"),
        Wrong("POST", "/api/v1/kick", body: #"{"room_id":1}"#, 400, "“user_id” is missing"),
        Wrong("POST", "/api/v1/kick", body: #"{"room_id":"a","user_id":1}"#, 400, "room_id has the wrong type"),
        Wrong("POST", "/api/v1/kick", body: #"{"room_id":1,"user_id":1}}"#, 400, "not valid JSON"),
        Wrong("POST", "/api/v1/kick", body: #"{"room_id":1,"user_id":77}"#, 404, "77"),
        Wrong("POST", "/api/v1/bans", body: "{}", 400, "A ban names"),
        Wrong("POST", "/api/v1/restraints", body: #"{"room_id":1,"user_id":1}"#, 400, "mute or to deafen"),
        Wrong("PUT", "/api/v1/limits/rooms.max", body: #"{"worth":1}"#, 400, "“value” is missing"),
    ]) func whatIsWrongIsSaid(_ wrong: Wrong) async throws {
        try await AdministeredServer.with { _, http, _ in
            let answer = try await http.ask(wrong.path, method: wrong.method, body: wrong.body, type: wrong.type)
            #expect(
                answer.status == wrong.status && answer.body.contains(wrong.word), "\(answer.status) \(answer.body)")
            let error = try #require(try AdministeredServer.object(answer)["error"] as? [String: String])
            #expect(error["code"]?.isEmpty == false && error["message"]?.isEmpty == false)
        }
    }

    @Test func aBodyAtTheLimitIsReadAndOnePastItRefused() async throws {
        try await AdministeredServer.with { _, http, _ in
            let frame = #"{"room_id":1,"user_id":77,"x":""}"#
            let room = OperationsLimits.bodyBytesMax - frame.utf8.count
            for (extra, status) in [(0, 404), (1, 413)] {
                let filling = String(repeating: "x", count: room + extra)
                let body = frame.replacing(#""x":"""#, with: #""x":"\#(filling)""#)
                let answer = try await http.ask("/api/v1/kick", method: "POST", body: body)
                #expect(answer.status == status, "\(answer.body)")
            }
        }
    }
}
