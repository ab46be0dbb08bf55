import Foundation
import Testing

@testable import Daemon

/// `Configuration/roomtoned.yaml` is the reference; this keeps it true.
@Suite struct DocumentedConfigurationTests {
    private static let path = inRepository("Configuration/roomtoned.yaml")

    /// A file of the repository, found upwards from this one.
    private static func inRepository(_ name: String) -> String {
        var directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while directory.path != "/" {
            let candidate = directory.appendingPathComponent(name).path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            directory.deleteLastPathComponent()
        }
        return name
    }

    @Test func fileIsTheDefaults() throws {
        let documented = try DaemonConfiguration.load(file: Self.path)
        for setting in DaemonSettings.all {
            #expect(setting.write(documented) == setting.write(DaemonConfiguration()), "\(setting.key)")
        }
    }

    /// Reads the file as a person does: a comment, then the key it is about.
    @Test func everyKeyIsThereOnceWithWhatIsAllowed() throws {
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        var section = ""
        var comment = ""
        var explanations: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("#") {
                comment += trimmed.dropFirst()
            } else if trimmed.isEmpty {
                comment = ""
            } else {
                let (name, value) = try #require(Self.split(trimmed))
                if value.isEmpty {
                    section = name + "."
                } else {
                    let key = (line.hasPrefix(" ") ? section : "") + name
                    #expect(explanations.updateValue(comment, forKey: key) == nil, "\(key) is there twice")
                }
                comment = ""
            }
        }
        #expect(Set(explanations.keys) == Set(DaemonSettings.all.map(\.key)))
        for setting in DaemonSettings.all {
            #expect(explanations[setting.key]?.contains(setting.allowed) == true, "\(setting.key): \(setting.allowed)")
        }
    }

    private static func split(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }

    @Test func everyKeyIsInTheManual() throws {
        let text = try String(contentsOfFile: Self.inRepository("Documentation/Configuration.md"), encoding: .utf8)
        for setting in DaemonSettings.all { #expect(text.contains("`\(setting.key)`"), "\(setting.key)") }
    }
}
