import Logging

/// Environment variables that look as if they were meant for the server and name no key. They stop no start, as a file's unknown keys do:
/// container platforms put variables of their own there, named after a service (`ROOMTONE_SERVICE_HOST`).
struct UnknownVariables: CustomStringConvertible {
    let names: [String]

    /// What the client reads, which may be set in the same shell.
    private static let others: Set = ["ROOMTONE_PASSWORD", "ROOMTONE_NEW_PASSWORD", "ROOMTONE_ROOM_PASSWORD"]
    private static let shownMax = 10

    /// Nil where there are none.
    init?(in environment: [String: String]) {
        let known = Set(DaemonSettings.all.map(\.environmentName)).union(Self.others)
        names = environment.keys.filter { $0.hasPrefix("ROOMTONE_") && !known.contains($0) }.sorted()
        if names.isEmpty { return nil }
    }

    func log(_ logger: Logger) {
        logger.warning(
            "the environment has variables that name no key of the configuration", metadata: ["variables": "\(self)"])
    }

    var description: String {
        let more = names.count > Self.shownMax ? " and \(names.count - Self.shownMax) more" : ""
        return names.prefix(Self.shownMax).joined(separator: ", ") + more
    }
}
