import Foundation

/// A table of `Documentation/Permissions.md`, as a reader sees it.
struct DocumentedTable {
    struct NotFound: Error { let heading: String }

    let columns: [String]
    /// The cells of each row, by column.
    let rows: [[String: String]]

    /// The first table under a heading.
    init(under heading: String) throws {
        let section = try Self.page().components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") }
        let lines = (section ?? "").split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        let cells = lines.map(Self.cells)
        guard cells.count > 2, let header = cells.first else { throw NotFound(heading: heading) }
        columns = header
        rows = cells.dropFirst(2).map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    static func page() throws -> String {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        return try String(contentsOf: root.appending(path: "Documentation/Permissions.md"), encoding: .utf8)
    }

    private static func cells(of line: Substring) -> [String] {
        line.split(separator: "|").map { cell in
            cell.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: CharacterSet(charactersIn: "`"))
        }
    }
}
