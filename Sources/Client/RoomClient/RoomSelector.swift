public import ControlWire
public import Identifiers

/// The room a person asked for: by number, or by name whatever the case.
public enum RoomSelector: Equatable, Sendable {
    case id(RoomID)
    case name(String)

    /// Digits alone are a number.
    public init(parsing text: String) {
        if let number = UInt64(text), text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) {
            self = .id(RoomID(rawValue: number))
        } else {
            self = .name(text)
        }
    }

    /// The room meant; a name that is a number is found, too. Throws `roomNotFound` naming the nearest rooms.
    public func find(in rooms: [RoomSummary]) throws(RoomClientError) -> RoomSummary {
        let byID = rooms.first { .id($0.id) == self }
        let byExactName = rooms.first { $0.name == text }
        let byName = rooms.first { $0.name.lowercased() == text.lowercased() }
        if let room = byID ?? byExactName ?? byName { return room }
        let names = nearest(in: rooms).map { "“\($0.name)” (\($0.id))" }
        let advice = names.isEmpty ? "the server has no room yet" : "nearest: \(names.joined(separator: ", "))"
        throw RoomClientError(
            .roomNotFound, "there is no room “\(text)”; \(advice).", serverCode: "RoomNotFound")
    }

    private var text: String {
        switch self {
        case .id(let id): id.description
        case .name(let name): name
        }
    }

    private func nearest(in rooms: [RoomSummary]) -> [RoomSummary] {
        let wanted = Array(text.lowercased().prefix(Self.comparedCharactersMax))
        let ranked = rooms.map { room in
            (room, Self.editDistance(wanted, Array(room.name.lowercased().prefix(Self.comparedCharactersMax))))
        }
        return ranked.sorted { ($0.1, $0.0.id.rawValue) < ($1.1, $1.0.id.rawValue) }.prefix(Self.nearestMax).map(\.0)
    }

    /// Insertions, deletions and replacements from one to the other (Levenshtein), in one row of memory.
    private static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
        var row = Array(0...second.count)
        for (rowIndex, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = rowIndex + 1
            for (index, other) in second.enumerated() {
                let replaced = diagonal + (character == other ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(replaced, row[index] + 1, row[index + 1] + 1)
            }
        }
        return row[second.count]
    }

    /// Most rooms that an error names.
    private static let nearestMax = 3
    /// Names are compared up to here, so that a server's endless name costs nothing.
    private static let comparedCharactersMax = 64
}
