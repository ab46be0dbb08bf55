import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import TestSupport
import Testing

@testable import Rooms

/// Copying and checking the database from a connection.
@Suite(.timeLimit(.minutes(1))) struct MaintenanceTests {
    @Test func onlyAdminsAreServed() async throws {
        let harness = try await RoomsHarness()
        let bob = try await harness.member("bob", role: .moderator)
        for request in [ControlMessage.backUp, .checkIntegrity] {
            guard case .serverResponse(false, _, .notPermitted, nil) = try await bob.ask(request).messages.first else {
                Issue.record("\(request)")
                continue
            }
        }
        await harness.stop()
    }

    @Test func anAdminGetsACopyAndItIsWrittenDown() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", role: .admin)
        guard case .backupMade(let backup) = try await ann.ask(.backUp).messages.first else {
            Issue.record("no copy")
            return
        }
        #expect(backup.file.hasPrefix("backups/roomtone-") && backup.bytes > 0)
        let path = harness.directory.file(backup.file)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try harness.directory.permissions(of: "backups") == 0o700)
        let audit = try await harness.store.audit(before: nil, limit: 1).entries
        #expect(audit.first?.action == "backup.make" && audit.first?.detail == backup.file)
        #expect(try await ann.ask(.checkIntegrity).messages == [.integrityReport(findings: [])])
        await harness.stop()
    }

    @Test func oneAtATime() async throws {
        let harness = try await RoomsHarness()
        let maintenance = try #require(harness.services.administration.maintenance)
        // Nil: a copy was made; otherwise whether it was refused because another is under way.
        let outcomes: [Bool?] = await withTaskGroup(of: Bool?.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    do throws(Maintenance.Refusal) {
                        _ = try await maintenance.backUp()
                        return nil
                    } catch {
                        return error.isBusy
                    }
                }
            }
            var outcomes: [Bool?] = []
            for await outcome in tasks { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.contains { $0 == nil } && !outcomes.contains { $0 == false })
        await harness.stop()
    }

    @Test func pastTheLimitTheOldestCopyGoes() async throws {
        let harness = try await RoomsHarness()
        let maintenance = try #require(harness.services.administration.maintenance)
        try FileManager.default.createDirectory(
            atPath: harness.directory.file("backups"), withIntermediateDirectories: false)
        for number in 1..<Maintenance.backupsMax {
            try harness.directory.write("", to: "backups/roomtone-2020-\(String(format: "%03d", number)).sqlite")
        }
        try harness.directory.write("mine", to: "backups/notes.txt")
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: harness.directory.file("backups")).sorted()
        }
        _ = try await maintenance.backUp()
        #expect(try names().count == Maintenance.backupsMax + 1 && names().contains("roomtone-2020-001.sqlite"))
        _ = try await maintenance.backUp()
        let left = try names()
        #expect(left.count == Maintenance.backupsMax + 1 && !left.contains("roomtone-2020-001.sqlite"))
        #expect(left.contains("notes.txt"), "what is not ours stays")
        await harness.stop()
    }

    /// Made while the clock ran ahead, so their names and times are later than that of any copy made now.
    @Test(arguments: [Maintenance.backupsMax - 1, Maintenance.backupsMax])
    func theCopyJustMadeStaysWhateverTheOthersAreCalled(others: Int) async throws {
        let harness = try await RoomsHarness()
        let maintenance = try #require(harness.services.administration.maintenance)
        try FileManager.default.createDirectory(
            atPath: harness.directory.file("backups"), withIntermediateDirectories: false)
        for number in 0..<others {
            let name = "backups/roomtone-2999-\(String(format: "%03d", number)).sqlite"
            try harness.directory.write("", to: name)
            // The later its name, the older it is: time decides.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: TimeInterval(1_000_000 - number))],
                ofItemAtPath: harness.directory.file(name))
        }
        let made = try await maintenance.backUp()
        let left = try FileManager.default.contentsOfDirectory(atPath: harness.directory.file("backups"))
        #expect(left.count == Maintenance.backupsMax)
        #expect(FileManager.default.fileExists(atPath: harness.directory.file(made.file)))
        let oldest = "roomtone-2999-\(String(format: "%03d", others - 1)).sqlite"
        #expect(left.contains(oldest) == (others < Maintenance.backupsMax))
        await harness.stop()
    }

    @Test func aFileInThePlaceOfTheFolderIsNamed() async throws {
        let harness = try await RoomsHarness()
        let maintenance = try #require(harness.services.administration.maintenance)
        try harness.directory.write("mine", to: "backups")
        let refusal = await #expect(throws: Maintenance.Refusal.self) { try await maintenance.backUp() }
        let folder = harness.directory.file("backups")
        #expect(refusal?.description == "The copy was not made: \(folder) is not a folder")
        #expect(refusal?.isBusy == false)
        #expect(try harness.directory.text(of: "backups") == "mine")
        await harness.stop()
    }
}
