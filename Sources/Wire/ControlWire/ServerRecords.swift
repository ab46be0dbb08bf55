import JSONText

/// A copy of the server's database that was made while it ran.
public struct BackupRecord: Equatable, Sendable {
    /// Below the server's data directory.
    public var file: String
    public var bytes: UInt64
    /// How long it took.
    public var milliseconds: UInt64

    public init(file: String, bytes: UInt64, milliseconds: UInt64) {
        self.file = file
        self.bytes = bytes
        self.milliseconds = milliseconds
    }
}

extension BackupRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        self.init(file: try fields("file"), bytes: try fields("bytes"), milliseconds: try fields("milliseconds"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("file", file)
        writer.field("bytes", bytes)
        writer.field("milliseconds", milliseconds)
    }
}

// What is about the server as a whole.
extension ControlMessage {
    static let serverVariants: [String: Decode] = [
        "ServerClosing": { fields throws(FieldFailure) in .serverClosing(milliseconds: try fields("milliseconds")) },
        "BackupMade": { fields throws(FieldFailure) in .backupMade(try BackupRecord(from: fields)) },
        "IntegrityReport": { fields throws(FieldFailure) in .integrityReport(findings: try fields("findings")) },
    ]

    func writeServer(to writer: inout JSONWriter) {
        switch self {
        case .serverClosing(let milliseconds):
            writer.variant("ServerClosing") { $0.field("milliseconds", milliseconds) }
        case .backupMade(let backup): writer.variant("BackupMade", backup)
        case .integrityReport(let findings): writer.variant("IntegrityReport") { $0.field("findings", findings) }
        default: break
        }
    }
}
