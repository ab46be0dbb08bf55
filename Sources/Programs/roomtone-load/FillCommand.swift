import ArgumentParser
import ChatLoad
import Foundation

struct FillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill", abstract: "Makes the filled database that “chat” measures with, unless it is there.")

    @OptionGroup var places: Places

    func run() async throws {
        try await places.database.prepare(serverProgram: places.server.path, say: Progress.say)
        print(places.database.dataDirectory)
    }
}

extension Places {
    var database: FilledDatabase { FilledDatabase(messageCount: messages, seed: seed, cache: cache) }
}

/// What goes on, on standard error: standard output is the result's.
enum Progress {
    static func say(_ text: String) { FileHandle.standardError.write(Data("… \(text)\n".utf8)) }
}
