import JSONText
import TerminalSupport

/// A failure as a JSON object.
enum FailureFields {
    static func line(of failure: CommandFailure) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.string(failure.description)
        if let code = failure.code {
            writer.name("code")
            writer.string(code)
        }
        if let retryAfter = failure.retryAfter {
            writer.name("retry_after_ms")
            writer.integer(Int64(retryAfter / .milliseconds(1)))
        }
        writer.name("exit_status")
        writer.integer(Int64(failure.status.rawValue))
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
