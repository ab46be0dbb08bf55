import ControlWire
import HTTPTypes
import Identifiers
import Rooms

/// One thing that the administration does: the one place that routing and the OpenAPI document are made from.
struct AdministrationRoute: Sendable {
    /// A parameter of the query; all are whole numbers and none is needed.
    struct Parameter: Sendable {
        let name: String
        let help: String
    }

    enum Body: Sendable, Equatable {
        case none
        /// The fields of that message of the control channel.
        case message(String)
        /// `{"value": …}`
        case value
    }

    /// What comes back: the fields of that message of the control channel, or a file of a kind (a media type).
    enum Answer: Sendable, Equatable {
        case message(String)
        case file(String)
    }

    typealias Serve = @Sendable (AdministrationAPI, AdministrationRequest) async throws -> HTTPReply

    let method: HTTPRequest.Method
    /// Behind `/api/v1`; `{NAME}` stands for any one segment.
    let path: String
    /// A name for programs that are made from the document.
    let operation: String
    let summary: String
    let query: [Parameter]
    let body: Body
    let answer: Answer
    let serve: Serve

    /// One that answers with a message's fields.
    init(
        method: HTTPRequest.Method, path: String, operation: String, summary: String, query: [Parameter] = [],
        body: Body = .none, answer: String,
        serve: @escaping @Sendable (AdministrationAPI, AdministrationRequest) async throws -> ControlMessage
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.summary = summary
        self.query = query
        self.body = body
        self.answer = .message(answer)
        self.serve = { try AdministrationAPI.reply(try await serve($0, $1)) }
    }

    /// One that answers with a file.
    init(path: String, operation: String, summary: String, file contentType: String, serve: @escaping Serve) {
        method = .get
        self.path = path
        self.operation = operation
        self.summary = summary
        query = []
        body = .none
        answer = .file(contentType)
        self.serve = serve
    }

    /// The parameters in the path, if it is this route's.
    func match(_ segments: [String]) -> [String: String]? {
        let pattern = path.split(separator: "/")
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, segment) in zip(pattern, segments) {
            if part.hasPrefix("{") {
                parameters[String(part.dropFirst().dropLast())] = segment
            } else if part != segment {
                return nil
            }
        }
        return parameters
    }

    static let all = reading + moderation + settings + recordings + maintenance

    static let after = Parameter(
        name: "after", help: "Continues behind this number: `next` of the page before.")
    static let limit = Parameter(name: "limit", help: "Rows of a page, 1…\(RoomsLimits.pageRowsMax).")

    private static let reading: [AdministrationRoute] = [
        AdministrationRoute(
            method: .get, path: "/sessions", operation: "listSessions",
            summary: "Devices that stay logged in, everybody's, by number.", query: [after, limit],
            answer: "SessionPage"
        ) { api, request in
            let (rows, next) = try await api.administration.sessions(
                after: try request.number("after"), limit: try request.number("limit"), by: api.actor)
            return .sessionPage(sessions: rows, next: next)
        },
        AdministrationRoute(
            method: .delete, path: "/sessions/{session}", operation: "revokeSession",
            summary: "Logs a device out and closes its connections.", answer: "ServerResponse"
        ) { api, request in
            let id: UInt64 = try request.number("session") ?? 0
            try await api.administration.revokeSession(id, by: api.actor)
            return .serverResponse(success: true, content: "Session \(id) has ended")
        },
        AdministrationRoute(
            method: .get, path: "/rooms", operation: "listRooms", summary: "Rooms, hidden ones too, by number.",
            query: [after, limit], answer: "RoomPage"
        ) { api, request in
            let limit: Int = try request.number("limit") ?? RoomsLimits.pageRowsDefault
            guard (1...RoomsLimits.pageRowsMax).contains(limit) else {
                throw RequestFailure.invalid("limit must be 1…\(RoomsLimits.pageRowsMax)")
            }
            let after = try request.number("after", as: UInt64.self).map(RoomID.init(rawValue:))
            let rows = await api.administration.rooms(after: after, limit: limit + 1, by: api.actor)
            return .roomPage(rooms: Array(rows.prefix(limit)), next: rows.count > limit ? rows[limit - 1].id : nil)
        },
        AdministrationRoute(
            method: .get, path: "/voice", operation: "listVoice",
            summary: "Who is in voice, and how it reaches them, by voice id.",
            query: [
                Parameter(name: "room", help: "Only this room."), after, limit,
            ], answer: "VoicePage"
        ) { api, request in
            let limit: Int = try request.number("limit") ?? RoomsLimits.pageRowsMax
            guard (1...RoomsLimits.pageRowsMax).contains(limit) else {
                throw RequestFailure.invalid("limit must be 1…\(RoomsLimits.pageRowsMax)")
            }
            let rows = try await api.administration.voiceSessions(
                in: try request.number("room", as: UInt64.self).map(RoomID.init(rawValue:)),
                after: try request.number("after"), by: api.actor)
            let page = Array(rows.prefix(limit))
            return .voicePage(sessions: page, next: rows.count > limit ? page.last?.voiceID : nil)
        },
        AdministrationRoute(
            method: .get, path: "/audit", operation: "listAudit", summary: "The audit log, the newest first.",
            query: [Parameter(name: "before", help: "Continues before this entry."), limit], answer: "AuditPage"
        ) { api, request in
            let (entries, hasMore) = try await api.administration.audit(
                before: try request.number("before"), limit: try request.number("limit"), by: api.actor)
            return .auditPage(entries: entries, hasMore: hasMore)
        },
    ]

    private static let moderation: [AdministrationRoute] = [
        AdministrationRoute(
            method: .post, path: "/kick", operation: "kick",
            summary: "Puts somebody out of a room; they may come back.",
            body: .message("Kick"), answer: "ServerResponse"
        ) { api, request in
            guard case .kick(let room, let user, let reason) = request.message else {
                throw RequestFailure.invalid("no kick")
            }
            let name = try await api.administration.kick(user, from: room, reason: reason, by: api.actor)
            return .serverResponse(success: true, content: "\(name) was kicked")
        },
        AdministrationRoute(
            method: .post, path: "/restraints", operation: "restrainVoice",
            summary: "Mutes or deafens somebody in a room's voice, for all, or ends that.",
            body: .message("RestrainVoice"), answer: "ServerResponse"
        ) { api, request in
            guard case .restrainVoice(let restraint) = request.message else {
                throw RequestFailure.invalid("no restraint")
            }
            let name = try await api.administration.restrain(restraint, by: api.actor)
            return .serverResponse(success: true, content: "The restraint on \(name) is in force")
        },
        AdministrationRoute(
            method: .get, path: "/bans", operation: "listBans", summary: "The bans of a room, or of the server.",
            query: [Parameter(name: "room", help: "The room; without, bans from the server.")], answer: "BanList"
        ) { api, request in
            let room = try request.number("room", as: UInt64.self).map(RoomID.init(rawValue:))
            return .banList(bans: try await api.administration.bans(of: room, by: api.actor))
        },
        AdministrationRoute(
            method: .post, path: "/bans", operation: "ban",
            summary: "Keeps an account out of a room, or an account or addresses off the server.",
            body: .message("Ban"), answer: "BanCreated"
        ) { api, request in
            guard case .ban(let ban) = request.message else { throw RequestFailure.invalid("no ban") }
            return .banCreated(try await api.administration.ban(ban, by: api.actor))
        },
        AdministrationRoute(
            method: .delete, path: "/bans/{ban}", operation: "unban", summary: "Takes a ban back.",
            answer: "ServerResponse"
        ) { api, request in
            let number: UInt64 = try request.number("ban") ?? 0
            try await api.administration.unban(number, by: api.actor)
            return .serverResponse(success: true, content: "Ban \(number) is taken back")
        },
    ]

    private static let settings: [AdministrationRoute] = [
        AdministrationRoute(
            method: .get, path: "/limits", operation: "listLimits",
            summary: "All settings, as in the configuration file.", answer: "LimitList"
        ) { api, _ in .limitList(limits: try api.administration.limits(by: api.actor)) },
        AdministrationRoute(
            method: .put, path: "/limits/{key}", operation: "setLimit",
            summary: "Changes a setting while the server runs, until its next reload or start.", body: .value,
            answer: "LimitList"
        ) { api, request in
            let record = try await api.administration.setLimit(
                request.text("key"), to: request.fields["value"] ?? "", by: api.actor)
            return .limitList(limits: [record])
        },
    ]
}
