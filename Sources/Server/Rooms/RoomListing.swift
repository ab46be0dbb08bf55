import ChatStore
import ControlWire
import Identifiers

/// The list of rooms, by number, and which of them not everybody may know of: pure.
struct RoomListing {
    struct Row {
        let summary: RoomSummary
        let isHidden: Bool
    }

    private(set) var rows: [Row] = []

    /// Adds the room or puts it in the place of what it was.
    mutating func insert(_ access: RoomAccess) {
        let record = access.record
        let row = Row(
            summary: RoomSummary(
                id: record.id, name: record.name, description: record.description,
                isPasswordProtected: record.passwordHash != nil), isHidden: access.isHidden)
        let index = place(of: record.id)
        if index < rows.endIndex, rows[index].summary.id == record.id {
            rows[index] = row
        } else {
            rows.insert(row, at: index)
        }
    }

    mutating func remove(_ id: RoomID) { rows.removeAll { $0.summary.id == id } }

    func rows(after id: RoomID?) -> ArraySlice<Row> {
        guard let id else { return rows[...] }
        let index = place(of: id)
        return rows[index...].drop { $0.summary.id == id }
    }

    /// Where the room is or would be.
    private func place(of id: RoomID) -> Int {
        var low = rows.startIndex
        var high = rows.endIndex
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].summary.id.rawValue < id.rawValue { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
