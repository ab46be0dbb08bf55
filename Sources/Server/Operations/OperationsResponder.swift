import Foundation
import HTTPTypes
import JSONText
import NIOCore

/// Answers what is asked of the operations listener, without a socket. Any task.
struct OperationsResponder: Sendable {
    let parts: ServerParts
    let readiness: Readiness
    let registry: MetricsRegistry
    /// What other modules measure.
    let sources: [any MetricsSource]
    let roomsMax: Int
    /// Nil while the administration is switched off.
    let administration: AdministrationAPI?
    /// Where the text of `/metrics` is made: its thread goes behind those that people's messages wait for. Runs as long as
    /// the process.
    let eventLoop: any EventLoop

    func reply(to question: HTTPQuestion) async -> HTTPReply {
        guard let segments = question.segments else {
            return .failure(.badRequest, code: "InvalidValue", "the path is not valid percent-encoding")
        }
        if segments.starts(with: AdministrationAPI.prefix) {
            guard let administration else {
                return .failure(
                    .forbidden, code: "NotPermitted", "the administration is off: operations.token_file names no token")
            }
            return await administration.reply(to: question, Array(segments.dropFirst(AdministrationAPI.prefix.count)))
        }
        let page: (() async -> HTTPReply)? =
            switch segments {
            case ["metrics"]: metrics
            case ["livez"]: livez
            case ["readyz"]: readyz
            default: nil
            }
        guard let page else {
            return .failure(.notFound, code: "NotFound", "there are /metrics, /livez, /readyz and /api/v1")
        }
        guard question.method == .get || question.method == .head else {
            return .wrongMethod(allowed: ["GET", "HEAD"])
        }
        return await page()
    }

    /// All families, by origin.
    private func metrics() async -> HTTPReply {
        let figures = await parts.figures()
        let findings = await readiness.findings()
        var others: [MetricFamily] = []
        for source in sources { others += await source.families() }
        let text = await withCheckedContinuation { [others] continuation in
            eventLoop.execute {
                let families =
                    MetricFamily.server(figures, roomsMax: roomsMax) + MetricFamily.process(.read())
                    + MetricFamily.readiness(findings) + others + registry.families
                continuation.resume(returning: MetricText.render(families))
            }
        }
        return HTTPReply(contentType: MetricText.contentType, body: text)
    }

    /// Whoever reads this has reached a thread that answers.
    private func livez() async -> HTTPReply {
        HTTPReply(body: Array(#"{"status":"alive"}"#.utf8))
    }

    private func readyz() async -> HTTPReply {
        let findings = await readiness.findings()
        let isReady = findings.allSatisfy { $0.reason == nil }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("status")
        writer.string(isReady ? "ready" : "not ready")
        writer.name("checks")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.name("name")
            writer.string(finding.name)
            writer.name("is_ok")
            writer.boolean(finding.reason == nil)
            if let reason = finding.reason {
                writer.name("reason")
                writer.string(reason)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return HTTPReply(isReady ? .ok : .serviceUnavailable, body: writer.bytes)
    }
}

/// A part of the server that measures itself, for modules that Operations does not know.
public protocol MetricsSource: Sendable {
    /// Called at every scrape; should not wait for anybody. Names begin with `roomtone_` and the part's own word.
    func families() async -> [MetricFamily]
}

extension MetricFamily {
    static func readiness(_ findings: [Readiness.Finding]) -> [MetricFamily] {
        [
            .gauge(
                "roomtone_ready", "Whether the server takes people in.",
                findings.allSatisfy { $0.reason == nil } ? 1 : 0),
            MetricFamily(
                "roomtone_ready_check", .gauge, "Whether a readiness check is content, by check.",
                findings.map { Sample($0.reason == nil ? 1 : 0, labels: [Label("check", $0.name)]) }),
        ]
    }
}

extension HTTPReply {
    static func wrongMethod(allowed: [String]) -> HTTPReply {
        var reply = HTTPReply.failure(
            .methodNotAllowed, code: "InvalidValue", "allowed here: \(allowed.joined(separator: ", "))")
        reply.headers[.allow] = allowed.joined(separator: ", ")
        return reply
    }
}
