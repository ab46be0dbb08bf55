public import ChatStore
import ControlWire
import Foundation
import Permissions
import Synchronization

/// Copies and checks of the database while the server runs, one at a time, for admins. Any task.
public final class Maintenance: Sendable {
    /// Findings of a check that are reported; a damaged file can have millions.
    public static let findingsMax = 100
    /// Copies that are kept; the oldest beyond them goes when one more has been made.
    public static let backupsMax = 50

    private let store: ChatStore
    /// Where copies go: a folder in the data directory.
    private let dataDirectory: String
    private let isBusy = Mutex(false)

    public init(store: ChatStore, dataDirectory: String) {
        self.store = store
        self.dataDirectory = dataDirectory
    }

    /// Why nothing was done, for whoever asked.
    public struct Refusal: Error, CustomStringConvertible, Sendable {
        public let description: String
        /// Whether another of these is under way: try again later.
        public let isBusy: Bool
    }

    /// Copies the database into the folder `backups`. Everything that was acknowledged before the call is in the copy.
    public func backUp(at now: Date = Date()) async throws(Refusal) -> (file: String, bytes: UInt64, time: Duration) {
        try begin()
        defer { isBusy.withLock { $0 = false } }
        let name = Self.name(at: now)
        let started = ContinuousClock.now
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let bytes = try await store.backup(to: folder + "/" + name)
            removeOldest()
            return ("\(Self.folderName)/\(name)", bytes, started.duration(to: .now))
        } catch {
            throw Refusal(description: "The copy was not made: \(error)", isBusy: false)
        }
    }

    /// What SQLite finds wrong, at most ``findingsMax``; empty for a sound database.
    public func findings() async throws(Refusal) -> [String] {
        try begin()
        defer { isBusy.withLock { $0 = false } }
        do {
            return try await store.integrityFindings(max: Self.findingsMax)
        } catch {
            throw Refusal(description: "The database could not be checked: \(error)", isBusy: false)
        }
    }

    private func begin() throws(Refusal) {
        let isFree = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFree else { throw Refusal(description: "A copy or a check is under way", isBusy: true) }
    }

    private var folder: String { dataDirectory + "/" + Self.folderName }

    /// By time, so that their order by name is that by age.
    private static func name(at now: Date) -> String {
        let format = Date.VerbatimFormatStyle(
            format: """
                roomtone-\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)-\
                \(secondFraction: .fractional(3)).sqlite
                """, timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return now.formatted(format)
    }

    private func removeOldest() {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasPrefix("roomtone-") && $0.hasSuffix(".sqlite")
        }
        for name in names.sorted().dropLast(Self.backupsMax) {
            // One that cannot go is tried again next time.
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    public static let folderName = "backups"
}

extension MemberSession {
    func serveMaintenance(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        guard member.role >= .admin else {
            return refuse(.notPermitted("Only admins and the owner copy and check the database"), requestID)
        }
        guard let maintenance = services.maintenance else {
            return refuse(.notFound, "This server cannot do that", .valueRefused, requestID)
        }
        do {
            if message == .backUp {
                let backup = try await maintenance.backUp()
                let entry = AuditEntry(.backupMake, by: member.user, detail: backup.file)
                try? await services.directory.store.recordAudit(entry, at: Date())
                answer(
                    .backupMade(
                        BackupRecord(
                            file: backup.file, bytes: backup.bytes, milliseconds: backup.time.wholeMilliseconds)),
                    requestID)
            } else {
                answer(.integrityReport(findings: try await maintenance.findings()), requestID)
            }
        } catch {
            refuse(
                error.isBusy ? .rateLimited : .internalError, error.description,
                error.isBusy ? .maintenanceBusy : .databaseFailed, requestID,
                retryAfter: error.isBusy ? .seconds(5) : nil)
        }
    }
}
