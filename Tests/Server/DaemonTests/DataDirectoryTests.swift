import Foundation
import Testing
import TestSupport

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

    @Test func directoryIsForItsOwnerOnly() throws {
        let parent = try TemporaryFolder()
        let path = parent.file("a/b")
        try DataDirectory.prepare(path)
        try DataDirectory.prepare(path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
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
