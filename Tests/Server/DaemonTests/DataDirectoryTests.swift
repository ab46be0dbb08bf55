import Foundation
import TestSupport
import Testing

@testable import Daemon

@Suite struct DataDirectoryTests {
    @Test func placeIsTheConfiguredOneOrTheUsers() throws {
        let environment = ["XDG_DATA_HOME": "/data", "HOME": "/home/ann"]
        #expect(try DataDirectory.resolve("/srv/x", environment: environment) == "/srv/x")
        #expect(try DataDirectory.resolve("", environment: environment) == "/data/roomtone-server")
        #expect(
            try DataDirectory.resolve("", environment: ["HOME": "/home/ann"])
                == "/home/ann/.local/share/roomtone-server")
        #expect(
            try DataDirectory.resolve("", environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"])
                == "/h/.local/share/roomtone-server")
        #expect(throws: DaemonError.self) { try DataDirectory.resolve("", environment: [:]) }
    }

    @Test func itIsOneServersEvenWhenTheLockFileIsRemoved() throws {
        let folder = try TemporaryFolder()
        let lock = try DataDirectoryLock(folder.path)
        #expect(throws: DaemonError.self) { try DataDirectoryLock(folder.path) }
        try FileManager.default.removeItem(atPath: folder.file(DataDirectoryLock.file))
        let error = #expect(throws: DaemonError.self) { try DataDirectoryLock(folder.path) }
        #expect(error?.description.contains("is in use by another server") == true)
        lock.release()
        try DataDirectoryLock(folder.path).release()
    }

    @Test func directoryIsForItsOwnerOnly() throws {
        let parent = try TemporaryFolder()
        let path = parent.file("a/b")
        try DataDirectory.prepare(path)
        try DataDirectory.prepare(path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test func directoryOfOursThatIsOpenIsClosed() throws {
        let parent = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: parent.file("data"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try parent.write("", to: "data/roomtone.sqlite-wal", permissions: 0o644)
        try DataDirectory.prepare(parent.file("data"))
        #expect(try parent.permissions(of: "data") == 0o700)
    }

    @Test func openDirectoryOfSomebodyElsesIsRefusedWithTheCommandThatMendsIt() throws {
        let parent = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: parent.file("home"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try parent.write("", to: "home/thesis.tex")
        let error = #expect(throws: DaemonError.self) { try DataDirectory.prepare(parent.file("home")) }
        #expect(error?.description.contains("chmod 700 \(parent.file("home"))") == true)
        #expect(try parent.permissions(of: "home") == 0o755)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: parent.file("home"))
        try DataDirectory.prepare(parent.file("home"))
    }

    @Test func fileInItsPlaceIsNamed() throws {
        let parent = try TemporaryFolder()
        let path = parent.file("file")
        try Data().write(to: URL(fileURLWithPath: path))
        for refused in [path, path + "/below"] {
            let error = #expect(throws: DaemonError.self) { try DataDirectory.prepare(refused) }
            #expect(error?.description.hasPrefix(refused) == true)
        }
    }
}
