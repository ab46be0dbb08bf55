import ControlWire

extension ControlMessageExamples {
    static let server: [Example] = [
        (.serverClosing(milliseconds: 30_000), #"{"ServerClosing":{"milliseconds":30000}}"#),
        (.backUp, #""BackUp""#),
        (
            .backupMade(
                BackupRecord(file: "backups/roomtone-20261126-210000-000.sqlite", bytes: 4_096, milliseconds: 12)),
            #"{"BackupMade":{"file":"backups/roomtone-20261126-210000-000.sqlite","bytes":4096,"milliseconds":12}}"#
        ),
        (.checkIntegrity, #""CheckIntegrity""#),
        (.integrityReport(findings: []), #"{"IntegrityReport":{"findings":[]}}"#),
        (.integrityReport(findings: ["row 3"]), #"{"IntegrityReport":{"findings":["row 3"]}}"#),
    ]
}
