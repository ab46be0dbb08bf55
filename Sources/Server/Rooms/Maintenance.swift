public import ChatStore
public import ControlWire
import Foundation
import Glibc
import Permissions
import Synchronization

/// Copies and checks of the database while the server runs, one at a time, for admins. Any task.
public final class Maintenance: Sendable {
    /// Findings of a check that are reported; a damaged file can have millions.
    public static let findingsMax = 100
    /// Copies that are kept; the oldest beyond them goes when one more has been made, never that one itself.
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
        try makeFolder()
        do {
            let bytes = try await store.backup(to: folder + "/" + name)
            removeOldest(keeping: name)
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

    /// By time, so that their order by name is that by age, as long as the clock is right.
    private static func name(at now: Date) -> String {
        let format = Date.VerbatimFormatStyle(
            format: """
                roomtone-\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)-\
                \(secondFraction: .fractional(3)).sqlite
                """, timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return now.formatted(format)
    }

    private func makeFolder() throws(Refusal) {
        guard mkdir(folder, 0o700) != 0 else { return }
        let reason = errno == EEXIST ? "is not a folder" : "cannot be made: \(String(cString: strerror(errno)))"
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue { return }
        throw Refusal(description: "The copy was not made: \(folder) \(reason)", isBusy: false)
    }

    /// The newest copy is the one just made, whatever the others are called: a clock that ran ahead gave them later names.
    private func removeOldest(keeping newest: String) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasPrefix("roomtone-") && $0.hasSuffix(".sqlite") && $0 != newest
        }
        let others = names.map { (modifiedAt: modificationDate(of: $0), name: $0) }
        let byAge = others.sorted { ($0.modifiedAt, $0.name) < ($1.modifiedAt, $1.name) }
        for copy in byAge.dropLast(Self.backupsMax - 1) {
            // One that cannot go is tried again next time.
            try? FileManager.default.removeItem(atPath: folder + "/" + copy.name)
        }
    }

    private func modificationDate(of name: String) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        return attributes?[.modificationDate] as? Date ?? .distantPast
    }

    public static let folderName = "backups"
}

extension Administration {
    /// Copies the database into the folder `backups`; see ``Maintenance/backUp(at:)``.
    public func backUp(by actor: Member, at now: Date = Date()) async throws(RoomRefusal) -> BackupRecord {
        let maintenance = try permitted(actor)
        let made: (file: String, bytes: UInt64, time: Duration)
        do { made = try await maintenance.backUp(at: now) } catch { throw RoomRefusal(error) }
        // The copy is there: it is told even if it cannot be written down.
        try? await directory.store.recordAudit(AuditEntry(.backupMake, by: actor.user, detail: made.file), at: now)
        return BackupRecord(file: made.file, bytes: made.bytes, milliseconds: made.time.wholeMilliseconds)
    }

    /// What SQLite finds wrong with the database, ``Maintenance/findingsMax`` at most; empty for a sound one.
    public func integrityFindings(by actor: Member) async throws(RoomRefusal) -> [String] {
        let maintenance = try permitted(actor)
        do { return try await maintenance.findings() } catch { throw RoomRefusal(error) }
    }

    private func permitted(_ actor: Member) throws(RoomRefusal) -> Maintenance {
        try check(actor, "copy and check the database")
        guard let maintenance else { throw .notFound(.valueRefused, "This server cannot do that") }
        return maintenance
    }
}

extension RoomRefusal {
    fileprivate init(_ refusal: Maintenance.Refusal) {
        self.init(
            refusal.isBusy ? .rateLimited : .internalError, refusal.isBusy ? .rateLimited : .unavailable,
            refusal.isBusy ? .maintenanceBusy : .databaseFailed, refusal.description,
            retryAfter: refusal.isBusy ? .seconds(5) : nil)
    }
}

extension MemberSession {
    func serveMaintenance(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        let administration = services.administration
        do {
            if message == .backUp {
                answer(.backupMade(try await administration.backUp(by: member)), requestID)
            } else {
                answer(.integrityReport(findings: try await administration.integrityFindings(by: member)), requestID)
            }
        } catch {
            refuse(error, requestID)
        }
    }
}
