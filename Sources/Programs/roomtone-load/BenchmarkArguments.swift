import ArgumentParser
import Foundation

/// Where a benchmark's servers keep their data.
struct WorkFolder: ParsableArguments {
    @Option(help: "A folder for this run's servers; made and removed unless given.")
    var workFolder: String?

    /// Gives `body` the folder, and removes it afterwards unless it was named.
    func whileThere<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = workFolder ?? NSTemporaryDirectory() + "roomtone-load-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if workFolder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        return try await body(folder)
    }
}

/// How a benchmark's result is given.
struct BenchmarkResult: ParsableArguments {
    @Flag(help: "The result as JSON.")
    var json = false

    /// Prints the report; ends with status 1 unless its goals are met.
    func give(_ report: some Encodable, _ text: String, isMet: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(text)
        }
        if !isMet { throw ExitCode(1) }
    }
}
