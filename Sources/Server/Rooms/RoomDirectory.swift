public import ChatStore
import ControlWire
import Foundation
import Identifiers
public import Logging

/// Every room and everybody who is online.
public actor RoomDirectory {
    let store: ChatStore
    let limits: RoomsLimits
    let counters: ControlCounters
    let logger: Logger
    private let voice: VoiceAccess
    private var rooms: [RoomID: Room]
    private var roomList: [RoomSummary]
    var online: [UserID: [ConnectionID: Member]] = [:]
    /// When people were last seen, not yet in the store.
    var unsavedLastSeen: [UserID: Date] = [:]
    var savingLastSeen: Task<Void, Never>?
    /// Rows of `UserListUpdate`, until when they may be used again.
    var cachedUserRows: (rows: [UserStatus], until: ContinuousClock.Instant)?
    /// Arrivals and departures so far.
    var presenceCount: UInt64 = 0

    private init(
        _ records: [RoomRecord], store: ChatStore, voice: VoiceAccess, limits: RoomsLimits, counters: ControlCounters,
        logger: Logger
    ) {
        self.store = store
        self.voice = voice
        self.limits = limits
        self.counters = counters
        self.logger = logger
        rooms = Dictionary(
            uniqueKeysWithValues: records.map { ($0.id, Room($0, voice: voice, limits: limits)) })
        roomList = records.map(RoomSummary.init)
    }

    /// Reads the rooms from the store.
    public static func load(
        store: ChatStore, voice: VoiceAccess, limits: RoomsLimits, counters: ControlCounters, logger: Logger
    ) async throws(ChatStoreError) -> RoomDirectory {
        RoomDirectory(
            try await store.rooms(), store: store, voice: voice, limits: limits, counters: counters, logger: logger)
    }

    /// Hands the relay's notices to the rooms until the relay stops. Called once.
    public nonisolated func dispatchVoiceEvents() async { await voice.dispatchEvents() }

    func room(_ id: RoomID) -> Room? { rooms[id] }

    /// Throws what ``createRoom(_:)`` would throw now.
    nonisolated func checkRoom(_ room: NewRoom) async throws(ChatStoreError) {
        try await store.checkRoom(room, roomsMax: limits.roomsMax)
    }

    func createRoom(_ room: NewRoom) async throws(ChatStoreError) -> RoomRecord {
        let record = try await store.createRoom(room, at: Date(), roomsMax: limits.roomsMax)
        rooms[record.id] = Room(record, voice: voice, limits: limits)
        let index = roomList.firstIndex { $0.id.rawValue > record.id.rawValue } ?? roomList.endIndex
        roomList.insert(RoomSummary(record), at: index)
        return record
    }

    /// `RoomList`, by number; cut where it outgrows a line.
    @concurrent
    nonisolated func listRooms(answering requestID: UInt64?) async -> EncodedLine {
        let roomList = await roomList
        let (line, rowCount) = EncodedLine.fitting(roomList, answering: requestID) { .roomList(rooms: $0) }
        if rowCount < roomList.count { counters.count(.listCut) }
        return line
    }
}

extension RoomSummary {
    fileprivate init(_ record: RoomRecord) {
        self.init(
            id: record.id, name: record.name, description: record.description,
            isPasswordProtected: record.passwordHash != nil)
    }
}
