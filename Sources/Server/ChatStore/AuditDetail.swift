import Foundation

/// The words of an audit entry: what was done, until when, and why.
struct AuditDetail {
    private var parts: [String]

    init(_ parts: String?..., until end: Date? = nil, reason: String = "") {
        self.parts = parts.compactMap { $0 }
        if let end { self.parts.append("until \(end.formatted(.iso8601))") }
        if !reason.isEmpty { self.parts.append("reason: \(reason)") }
    }

    var text: String { parts.joined(separator: "; ") }
}
