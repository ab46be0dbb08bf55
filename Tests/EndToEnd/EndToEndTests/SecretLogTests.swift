import AudioTestSupport
import ControlWire
import Foundation
import Identifiers
import TestSupport
import Testing

/// What a server is told and must tell nobody does not come into its log: at the finest level, by whatever library writes it,
/// and when it is wrong too.
@Suite("No secret comes into the log")
struct SecretLogTests {
    @Test("passwords, tokens, codes, keys and messages, right and wrong", .timeLimit(.minutes(3)))
    func secrets() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            let (secrets, redisPassword) = (Secrets(), "redis-" + UUID().uuidString)
            secrets.add(redisPassword)
            secrets.add(RunningServer.token)
            try folder.write(redisPassword, to: "redis")
            var settings = RunningServer.Settings()
            settings.more = """
                log_level: trace
                cache: {store: redis, url: "redis://127.0.0.1:1/0", password_file: "\(folder.file("redis"))"}
                """
            let server = try RunningServer(settings)
            let ownership = try server.program.captured(/claim-ownership ([0-9a-f]+)/, after: "Stop with Ctrl-C")

            try accounts(server, secrets, ownership: ownership)
            try rooms(server, secrets)
            try messages(server, secrets)
            try brokenLines(server, secrets)
            try http(server, secrets)
            settings.more = "cache: {store: redis, url: \"redis://ada:\(secrets.new())@localhost\"}"
            try server.readAgain(settings)
            try server.program.waitFor("nothing has changed")
            #expect(server.program.end(SIGINT) == 0)
            _ = try server.logged("control ended")

            let log = server.program.output
            #expect(log.contains("\"level\":\"debug\""), "the level holds")
            #expect(log.contains("Redis"), "it could not be reached, and that was said")
            for secret in secrets.all { #expect(!Self.tells(log, secret), "\(secret)") }
            let key = try String(contentsOfFile: server.file("key.pem"), encoding: .utf8)
            for line in key.split(separator: "\n") where line.count > 20 { #expect(!log.contains(line)) }
            // What makes an owner is said once, in what is printed at the start, to whoever started the server.
            #expect(log.split(separator: ownership, omittingEmptySubsequences: false).count == 2)
        }
    }

    /// As it is, or as a list of its bytes: what is made of a value that somebody prints.
    private static func tells(_ log: String, _ secret: String) -> Bool {
        log.contains(secret) || log.contains("\(Array(secret.utf8.prefix(12)))".dropLast())
    }

    private func accounts(_ server: RunningServer, _ secrets: Secrets, ownership: String) throws {
        let ada = try LineClient(port: server.port)
        let password = secrets.new()
        let answer = try ada.ask(.register(username: "ada", password: password, device: "laptop"))
        guard case .authSuccess(_, _, let grant?) = answer, let token = grant.sessionToken else {
            throw Program.Failure(description: "\(answer)")
        }
        secrets.add(token)
        let stranger = try LineClient(port: server.port)
        let wrong = String(token.reversed())
        secrets.add(wrong)
        for message in [
            ControlMessage.login(username: "ada", password: secrets.new()),
            .login(username: secrets.new(), password: "x"),
            .register(username: "ada", password: secrets.new()), .resume(sessionToken: wrong),
            .resume(sessionToken: secrets.new()),
        ] {
            guard case .authFailure = try stranger.ask(message) else {
                throw Program.Failure(description: "\(message) was not refused")
            }
        }
        guard case .authSuccess = try stranger.ask(.resume(sessionToken: token)) else {
            throw Program.Failure(description: "the token was refused")
        }
        _ = try ada.ask(.changePassword(oldPassword: secrets.new(), newPassword: secrets.new()))
        _ = try ada.ask(.changePassword(oldPassword: password, newPassword: secrets.new()))
        _ = try ada.ask(.claimOwnership(token: secrets.new()))
        _ = try ada.ask(.claimOwnership(token: ownership))
        _ = try ada.ask(.join(roomID: LineClient.firstRoom, password: nil))
        secrets.add(try ada.connectVoice().sessionToken)
    }

    private func rooms(_ server: RunningServer, _ secrets: Secrets) throws {
        let ben = try LineClient(port: server.port, registering: "ben", password: secrets.new())
        let cai = try LineClient(port: server.port, registering: "cai", password: secrets.new())
        let (den, password) = (RoomID(rawValue: 9), secrets.new())
        _ = try ben.ask(.createRoom(roomID: den, name: "Den", description: "", password: password))
        _ = try cai.ask(.join(roomID: den, password: secrets.new()))
        let answer = try ben.ask(.createInvitation(roomID: den, validSeconds: nil, usesMax: nil))
        guard case .invitationCreated(let invitation) = answer else { throw Program.Failure(description: "\(answer)") }
        secrets.add(invitation.code)
        _ = try cai.ask(.joinByInvitation(code: secrets.new()))
        guard case .roomJoined = try cai.ask(.joinByInvitation(code: invitation.code)) else {
            throw Program.Failure(description: "the invitation was refused")
        }
        _ = try ben.ask(.revokeInvitation(code: invitation.code))
        _ = try ben.ask(.revokeInvitation(code: secrets.new()))
        _ = try cai.ask(.leave(roomID: den))
        guard case .roomJoined = try cai.ask(.join(roomID: den, password: password)) else {
            throw Program.Failure(description: "the room's password was refused")
        }
    }

    private func messages(_ server: RunningServer, _ secrets: Secrets) throws {
        let eve = try LineClient(port: server.port, registering: "eve", password: secrets.new())
        let answer = try eve.ask(LineClient.message(secrets.new()))
        guard case .roomMessage(_, _, _, let details?) = answer, let id = details.messageID else {
            throw Program.Failure(description: "\(answer)")
        }
        _ = try eve.ask(.editMessage(messageID: id, content: secrets.new()))
        for person in [UserID(rawValue: 1), UserID(rawValue: 999_999)] {
            _ = try eve.ask(.privateMessage(toUserID: person, senderUsername: "", content: secrets.new()))
        }
        // Whole, in quotes, with an operator that is none, in a room that is none.
        for query in ["\(secrets.new())", "\"\(secrets.new())\"", "from: \(secrets.new()) (*", "in:\(secrets.new())"] {
            _ = try eve.ask(.search(SearchRequest(query: query)))
        }
        _ = try eve.ask(.deleteMessage(messageID: id, reason: nil))
    }

    /// What cannot be read as a message, or as TLS.
    private func brokenLines(_ server: RunningServer, _ secrets: Secrets) throws {
        let secret = secrets.new()
        for line in [
            "{\"message_type\":{\"Login\":{\"username\":\"ada\",\"password\":\"\(secret)\"",
            "{\"message_type\":{\"Login\":{\"username\":1,\"password\":\"\(secret)\"}}}",
            "{\"message_type\":{\"\(secret)\":{}}}", secret,
            "{\"message_type\":\"" + String(repeating: secret, count: 2_000),
        ] {
            let client = try LineClient(port: server.port)
            try client.send(line: line)
            _ = try client.next()
        }
        let socket = try LoopbackSocket(port: server.port)
        try socket.send([22, 3, 1, 0, 200] + Array(secret.utf8) + [UInt8](repeating: 0, count: 300))
        _ = socket.receiveToEnd()
    }

    private func http(_ server: RunningServer, _ secrets: Secrets) throws {
        #expect(try server.ask("/api/v1/sessions").status == 200)
        #expect(try server.ask("/api/v1/sessions", token: secrets.new()).status == 401)
        #expect(try server.ask("/api/v1/sessions?token=\(secrets.new())").status == 400)
        #expect(try server.ask("/api/v1/\(secrets.new())").status == 404)
        #expect(try server.ask("/%zz\(secrets.new())").status == 400)
        for body in ["{\"\(secrets.new())", "{\"value\":\"redis://ada:\(secrets.new())@localhost\"}"] {
            #expect(try server.ask("/api/v1/limits/cache.url", method: "PUT", body: body).status == 400)
        }
        for head in [
            "\(secrets.new()) / HTTP/1.1\r\n\r\n", "GET / HTTP/9.\(secrets.new())\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nA\u{7F}: \(secrets.new())\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: \(String(repeating: secrets.new(), count: 3_000))\r\n\r\n",
        ] {
            let socket = try LoopbackSocket(port: server.operationsPort)
            // It may have been answered, and closed, before its end.
            try? socket.send(Array(head.utf8))
            _ = socket.receiveToEnd()
        }
    }
}

/// Whatever was said that must not be told: each is a word of its own.
private final class Secrets {
    private(set) var all: [String] = []

    func add(_ secret: String) { all.append(secret) }

    func new() -> String {
        let secret = "secret" + UUID().uuidString.replacing("-", with: "")
        add(secret)
        return secret
    }
}
