import CoreMetrics
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Carries questions and replies between Hummingbird and whoever answers.
struct HTTPShell: HTTPResponder {
    typealias Context = BasicRequestContext
    let reply: @Sendable (HTTPQuestion) async -> HTTPReply
    let counters: HTTPCounters

    func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let reply = await reply(question(request))
        counters.answered(in: ContinuousClock.now - start)
        var headers = reply.headers
        headers[.contentType] = reply.contentType
        headers[.cacheControl] = "no-store"
        headers[.contentLength] = "\(reply.rest?.byteCount ?? UInt64(reply.body.count))"
        if request.headers[.connection] == "close" { headers[.connection] = "close" }
        let isBodiless = request.method == .head
        return Response(
            status: reply.status, headers: headers, body: isBodiless ? ResponseBody() : Self.body(of: reply))
    }

    /// Of a file the next part is read when the one before was taken: what a slow reader costs is one part.
    private static func body(of reply: HTTPReply) -> ResponseBody {
        guard let file = reply.rest else { return ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)) }
        return ResponseBody(contentLength: Int(file.byteCount)) { writer in
            try await writer.write(ByteBuffer(bytes: reply.body))
            var offset = UInt64(reply.body.count)
            while offset < file.byteCount {
                // One that grew meanwhile ends where it ended when it was asked for.
                let part = try await file.part(offset).prefix(Int(clamping: file.byteCount - offset))
                // It was shortened: the reader sees a connection that ends too soon.
                guard !part.isEmpty else { throw HTTPQuestion.BodyFailure.lost }
                try await writer.write(ByteBuffer(bytes: part))
                offset += UInt64(part.count)
            }
            try await writer.finish(nil)
        }
    }

    private func question(_ request: Request) -> HTTPQuestion {
        var question = HTTPQuestion(method: request.method, path: request.uri.path)
        question.query = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        question.authorization = request.headers[.authorization]
        question.contentType = request.headers[.contentType]
        let body = request.body
        question.body = { () async throws(HTTPQuestion.BodyFailure) in try await HTTPQuestion.read(body) }
        return question
    }
}

/// What the listener counts of itself. Any thread.
struct HTTPCounters: Sendable {
    /// Why a connection was closed with answers under way.
    enum Closing: String, CaseIterable { case slow, pipelined }

    let registry: MetricsRegistry

    /// An answer goes out, of whoever has made it: Hummingbird itself answers what is no HTTP.
    func answered(_ status: HTTPResponse.Status) {
        count("roomtone_http_requests", [("status", "\(status.code)")])
    }

    func answered(in duration: Duration) {
        CoreMetrics.Timer(label: "roomtone_http_request", dimensions: [], factory: registry)
            .recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    func closed(_ reason: Closing) { count("roomtone_http_connections_closed", [("reason", reason.rawValue)]) }

    func acceptFailed() { count("roomtone_http_accepts_failed", []) }

    private func count(_ name: String, _ labels: [(String, String)]) {
        Counter(label: name, dimensions: labels, factory: registry).increment()
    }
}
