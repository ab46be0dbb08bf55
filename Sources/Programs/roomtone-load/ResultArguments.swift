import ArgumentParser
import Foundation
import LoadTester

/// What is wanted of a run, and where it is written.
struct ResultArguments: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What must hold, such as 'loss<0.1%' 'p99<5ms' 'mos>4.2'. Figures: \(Self.figures).",
            valueName: "requirement"))
    var require: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write the report to this file as JSON, too; “-” for standard output instead.", valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Raise this (rooms, users or speakers) until a requirement breaks; say what held last.",
            valueName: "what"))
    var findCapacity: CapacityQuantity?

    private static var figures: String { LoadMetric.allCases.map(\.rawValue).joined(separator: ", ") }

    func validate() throws {
        guard findCapacity == nil || !require.isEmpty else {
            throw ValidationError("--find-capacity needs --require: without it nothing breaks.")
        }
        // Said before a test of an hour, not after it.
        if let json, json != "-", !Self.isWritable(json) {
            throw ValidationError("--json \(json) cannot be written: check the folder and its permissions.")
        }
    }

    /// The file, or the folder that it is going to lie in: it is written beside and then moved into its place.
    private static func isWritable(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists, isFolder.boolValue { return false }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return FileManager.default.isWritableFile(atPath: folder)
    }

    func requirements() throws -> [Requirement] {
        do { return try require.map { try Requirement(parsing: $0) } } catch { throw ValidationError("\(error)") }
    }

    /// Writes the report, and ends with its verdict's status.
    func give(_ text: String, _ json: String, _ verdict: Verdict) throws {
        if self.json == "-" { print(json, terminator: "") } else { print(text, terminator: "") }
        if let path = self.json, path != "-" {
            do { try json.write(toFile: path, atomically: true, encoding: .utf8) } catch {
                throw LoadOptionError(description: "\(path) cannot be written: \(error.localizedDescription)")
            }
        }
        if verdict != .passed { throw ExitCode(verdict.exitStatus) }
    }
}
