/// The rooms of an engine's users, by numbers of their own from 0 on. A room keeps its number for good: windows count by it.
struct SpeakerRooms {
    struct Room {
        /// On the wire.
        let number: UInt16
        var userCount = 0
        /// Users who are expected to hear what is sent now.
        var listenerCount = 0
    }

    private(set) var rooms: [Room] = []
    private var indexes: [UInt16: Int] = [:]

    /// The index of a room, a new one if it was never seen. Allocates then.
    mutating func index(of number: UInt16) -> Int {
        if let index = indexes[number] { return index }
        indexes[number] = rooms.count
        rooms.append(Room(number: number))
        return rooms.count - 1
    }

    subscript(index: Int) -> Room {
        get { rooms[index] }
        set { rooms[index] = newValue }
    }

    var summaries: [(number: UInt16, userCount: Int)] { rooms.map { ($0.number, $0.userCount) } }
}
