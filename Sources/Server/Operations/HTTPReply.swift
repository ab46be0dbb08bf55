import Foundation
import HTTPTypes
import JSONText

/// What goes back: pure, so that every answer can be tested without a socket.
struct HTTPReply: Sendable {
    var status: HTTPResponse.Status
    var contentType: String
    var headers = HTTPFields()
    var body: [UInt8]
    /// What comes behind ``body``, read while it is sent.
    var rest: HTTPFile?

    static let jsonType = "application/json; charset=utf-8"

    init(_ status: HTTPResponse.Status = .ok, contentType: String = jsonType, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// `{"error":{"code":…,"message":…}}`, for programs and for people.
    static func failure(_ status: HTTPResponse.Status, code: String, _ message: String) -> HTTPReply {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.beginObject()
        writer.name("code")
        writer.string(code)
        writer.name("message")
        writer.string(message)
        writer.endObject()
        writer.endObject()
        return HTTPReply(status, body: writer.bytes)
    }
}

/// A file that is sent as it is, part after part, however long it is.
struct HTTPFile: Sendable {
    let contentType: String
    let byteCount: UInt64
    /// The part that begins at an offset below ``byteCount``; never empty.
    let part: @Sendable (UInt64) async throws -> [UInt8]

    /// - Parameter first: the part at offset 0, which was read to know that there is a file.
    func reply(first: [UInt8]) -> HTTPReply {
        var reply = HTTPReply(contentType: contentType, body: first)
        if UInt64(first.count) < byteCount { reply.rest = self }
        return reply
    }
}

/// What came in, as far as anybody here looks at it.
struct HTTPQuestion: Sendable {
    var method: HTTPRequest.Method
    /// With its percent-encoding, without the query.
    var path: String
    var query: [(name: String, value: String)] = []
    var authorization: String?
    var contentType: String?
    /// Reads the body; called once and only by whoever wants it.
    var body: @Sendable () async throws(BodyFailure) -> [UInt8] = { () throws(BodyFailure) in [] }

    enum BodyFailure: Error { case tooLong, tooSlow, lost }

    /// The parts between slashes, decoded; nil where one cannot be.
    var segments: [String]? {
        var segments: [String] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            guard let decoded = String(part).removingPercentEncoding else { return nil }
            segments.append(decoded)
        }
        return segments
    }
}
