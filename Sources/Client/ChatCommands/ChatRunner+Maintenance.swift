import ControlWire
import RoomClient
public import TerminalSupport

extension ChatRunner {
    /// Has the server copy its database; the copy stays there.
    public func backUp() async throws(CommandFailure) {
        let backup = try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            try await client.backUp()
        }
        try show(
            .backupMade(backup),
            ["\(TerminalText.line(backup.file)), \(backup.bytes) bytes, in \(backup.milliseconds) ms"])
    }

    /// Has the server check its database. What is wrong with it is printed, and a failure.
    public func checkIntegrity() async throws(CommandFailure) {
        let findings = try await ask { (client) async throws(RoomClientError) in try await client.checkIntegrity() }
        try show(.integrityReport(findings: findings), findings.map { TerminalText.line($0) })
        guard findings.isEmpty else {
            throw CommandFailure(.fileUnsupported, "the database is damaged: restore a backup.")
        }
        note("the database is sound.")
    }
}
