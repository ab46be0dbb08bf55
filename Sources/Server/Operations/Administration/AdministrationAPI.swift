import ControlWire
import Foundation
import HTTPTypes
import Identifiers
import JSONText
import Rooms

/// The administration over HTTP. What it takes and answers are the fields of the control channel's messages
/// (`Documentation/Protocol.md`), and what it does is done by the code that those do it with.
struct AdministrationAPI: Sendable {
    static let prefix = ["api", "v1"]

    let administration: Administration
    /// In whose name it acts.
    let actor: Member
    let token: AdministrationToken

    /// - Parameter segments: of the path, behind ``prefix``.
    func reply(to question: HTTPQuestion, _ segments: [String]) async -> HTTPReply {
        guard token.isShown(by: question.authorization) else {
            var reply = HTTPReply.failure(
                .unauthorized, code: "NotAuthenticated",
                "send “Authorization: Bearer TOKEN”, with the token of the server's file")
            reply.headers[.wwwAuthenticate] = #"Bearer realm="roomtone""#
            return reply
        }
        if segments == ["openapi.json"] {
            guard question.method == .get else { return .wrongMethod(allowed: ["GET"]) }
            return HTTPReply(body: OpenAPIDocument.bytes)
        }
        let candidates = AdministrationRoute.all.compactMap { route in route.match(segments).map { (route, $0) } }
        guard !candidates.isEmpty else {
            return .failure(.notFound, code: "NotFound", "there is no such path: /api/v1/openapi.json lists them")
        }
        guard let (route, parameters) = candidates.first(where: { $0.0.method == question.method }) else {
            return .wrongMethod(allowed: candidates.map { $0.0.method.rawValue })
        }
        do {
            let request = try await AdministrationRequest(question, route, parameters)
            return try await route.serve(self, request)
        } catch let failure as RequestFailure {
            return failure.reply
        } catch let refusal as RoomRefusal {
            return Self.reply(refusal)
        } catch {
            return .failure(.internalServerError, code: "InternalError", "the answer could not be written")
        }
    }

    /// The fields of a message, as the control channel would write them.
    static func reply(_ message: ControlMessage) throws -> HTTPReply {
        let line = try ControlLine.encode(ControlEnvelope(message: message))
        let document = try JSONDocument(line.dropLast(), nestingMax: ControlLine.nestingMax)
        guard let fields = document.root["message_type"]?.members.first(where: { _ in true })?.value else {
            throw RequestFailure(.internalServerError, "InternalError", "the answer has no fields")
        }
        return HTTPReply(body: Array(fields.source))
    }

    private static func reply(_ refusal: RoomRefusal) -> HTTPReply {
        let status: HTTPResponse.Status =
            switch refusal.code {
            case .notFound, .userNotFound, .notAMember: .notFound
            case .notPermitted: .forbidden
            case .roomExists, .limitReached: .conflict
            case .rateLimited: .tooManyRequests
            case .internalError, .serverStopping: .serviceUnavailable
            default: .badRequest
            }
        var reply = HTTPReply.failure(status, code: refusal.code.rawValue, refusal.description)
        if let wait = refusal.retryAfter { reply.headers[.retryAfter] = "\(max(1, wait.components.seconds))" }
        return reply
    }
}

/// Why a request could not even be understood.
struct RequestFailure: Error {
    let reply: HTTPReply

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        reply = .failure(status, code: code, message)
    }

    static func invalid(_ message: String) -> RequestFailure { RequestFailure(.badRequest, "InvalidValue", message) }
}

/// A request that fits a route: its parameters, and its body as the control channel's message.
struct AdministrationRequest: Sendable {
    private let parameters: [String: String]
    /// Nil where the route takes no body.
    let message: ControlMessage?
    /// The body's members where it is no message.
    let fields: [String: String]

    init(
        _ question: HTTPQuestion, _ route: AdministrationRoute, _ path: [String: String]
    ) async throws(RequestFailure) {
        var parameters = path
        for (name, value) in question.query {
            guard route.query.contains(where: { $0.name == name }) else {
                let known = route.query.map(\.name).joined(separator: ", ")
                throw .invalid(
                    "unknown parameter “\(name)”; " + (known.isEmpty ? "there are none" : "known are \(known)"))
            }
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw .invalid("the parameter “\(name)” is there twice")
            }
        }
        self.parameters = parameters
        switch route.body {
        case .none:
            message = nil
            fields = [:]
        case .message(let name):
            message = try Self.message(name, try await Self.body(of: question))
            fields = [:]
        case .value:
            message = nil
            fields = try Self.value(try await Self.body(of: question))
        }
    }

    /// A whole number of the path or the query; nil if it is not there.
    func number<Number: FixedWidthInteger>(_ name: String, as type: Number.Type = Number.self) throws(RequestFailure)
        -> Number?
    {
        guard let text = parameters[name] else { return nil }
        guard let number = Number(text) else {
            throw .invalid("“\(name)” must be a whole number 0…\(Number.max), found “\(text.prefix(40))”")
        }
        return number
    }

    func text(_ name: String) -> String { parameters[name] ?? "" }

    private static func body(of question: HTTPQuestion) async throws(RequestFailure) -> [UInt8] {
        let type = question.contentType?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw RequestFailure(.unsupportedMediaType, "InvalidValue", "the body must be application/json")
        }
        do {
            return try await question.body()
        } catch {
            switch error {
            case .tooLong:
                throw RequestFailure(
                    .contentTooLarge, "InvalidValue", "the body must be \(OperationsLimits.bodyBytesMax) bytes at most")
            case .tooSlow: throw RequestFailure(.requestTimeout, "TimedOut", "the body did not come in time")
            case .lost: throw RequestFailure(.badRequest, "InvalidValue", "the body ended too soon")
            }
        }
    }

    private static func message(_ name: String, _ body: [UInt8]) throws(RequestFailure) -> ControlMessage {
        let value = try object(body)
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("message_type")
        writer.beginObject()
        writer.name(name)
        writer.raw(Array(value.root.source))
        writer.endObject()
        writer.endObject()
        do {
            return try ControlLine.decode(writer.bytes).message
        } catch .malformed(let text) {
            throw .invalid(
                text.replacing("message_type.\(name).", with: "").replacing("message_type.\(name)", with: "the body"))
        } catch {
            throw .invalid("the body is not what this path takes")
        }
    }

    /// `{"value": "…"}`; numbers and booleans are taken as they are written.
    private static func value(_ body: [UInt8]) throws(RequestFailure) -> [String: String] {
        let document = try object(body)
        guard let value = document.root["value"] else { throw .invalid("field “value” is missing in the body") }
        switch value.kind {
        case .string: return ["value": value.string ?? ""]
        case .number, .true, .false: return ["value": String(decoding: value.source, as: UTF8.self)]
        default: throw .invalid("value must be a string, a number or a boolean")
        }
    }

    private static func object(_ body: [UInt8]) throws(RequestFailure) -> JSONDocument {
        do {
            let document = try JSONDocument(body, nestingMax: ControlLine.nestingMax)
            if document.root.kind == .object { return document }
        } catch {
            throw .invalid("the body is not valid JSON: \(error)")
        }
        throw .invalid("the body must be an object")
    }
}
