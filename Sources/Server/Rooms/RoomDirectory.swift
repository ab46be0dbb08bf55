public import ChatStore
import ControlWire
import Foundation
import Identifiers
public import Logging
import Permissions

/// Every room and everybody who is online.
public actor RoomDirectory {
    let store: ChatStore
    let text: TextChat
    private let live: Live<RoomsLimits>
    nonisolated var limits: RoomsLimits { live.value }
    let counters: ControlCounters
    let logger: Logger
    /// Who is kept off the server.
    public nonisolated let bans: BanList
    nonisolated let closing = ClosingNotice()
    let voice: VoiceAccess
    private(set) var allRooms: [RoomID: Room] = [:]
    private var listing = RoomListing()
    /// Changes to the list of rooms take turns, so that it shows what a room was told last.
    private let listingTurns = Turnstile()
    /// Logins, changes of roles, passwords, sessions and server-wide bans take turns: nobody slips in with what has
    /// just been taken away.
    let peopleTurns = Turnstile()
    var online: [UserID: [ConnectionID: Member]] = [:]
    /// When people were last seen and sessions last used, not yet in the store.
    var unsavedLastSeen: [UserID: Date] = [:]
    var unsavedSessionUses: [UInt64: Date] = [:]
    var savingLastSeen: Task<Void, Never>?
    /// Rows of `UserListUpdate`, until when they may be used again.
    var cachedUserRows: (rows: [UserStatus], until: ContinuousClock.Instant)?
    /// Arrivals and departures so far.
    var presenceCount: UInt64 = 0

    private init(
        store: ChatStore, voice: VoiceAccess, text: TextChat, bans: BanList, limits: Live<RoomsLimits>,
        counters: ControlCounters, logger: Logger
    ) {
        self.store = store
        self.voice = voice
        self.text = text
        self.bans = bans
        live = limits
        self.counters = counters
        self.logger = logger
    }

    /// Reads the rooms and the server's bans from the store, and starts what hands out messages.
    public static func load(
        store: ChatStore, voice: VoiceAccess, text: TextChat, limits: Live<RoomsLimits>, counters: ControlCounters,
        logger: Logger
    ) async throws(ChatStoreError) -> RoomDirectory {
        let now = Date()
        let records = try await store.rooms()
        let states = try await store.roomStates(at: now)
        let ends = try await store.conversationEnds()
        let bans = BanList()
        bans.load(try await store.bans(.server, at: now).compactMap(Bans.stored), now: now)
        let directory = RoomDirectory(
            store: store, voice: voice, text: text, bans: bans, limits: limits, counters: counters, logger: logger)
        await directory.take(records, states, ends)
        text.start(directory)
        return directory
    }

    /// Hands the relay's notices to the rooms until the relay stops. Called once.
    public nonisolated func dispatchVoiceEvents() async { await voice.dispatchEvents() }

    func room(_ id: RoomID) -> Room? { allRooms[id] }

    private func take(
        _ records: [RoomRecord], _ states: [RoomID: RoomState], _ ends: [ConversationKey: ConversationEnd]
    ) {
        for record in records {
            let access = RoomAccess(record: record, state: states[record.id] ?? RoomState())
            allRooms[record.id] = makeRoom(access, end: ends[ConversationKey(record.id)])
            listing.insert(access)
        }
    }

    private func makeRoom(_ access: RoomAccess, end: ConversationEnd? = nil) -> Room {
        Room(
            access, store: store, voice: voice, limits: live, counters: counters, text: text.limits,
            end: end)
    }
}

// Rooms come, change and go.
extension RoomDirectory {
    /// Throws what ``createRoom(_:)`` would throw now.
    nonisolated func checkRoom(_ room: NewRoom) async throws(ChatStoreError) {
        try await store.checkRoom(room, roomsMax: limits.roomsMax)
    }

    func createRoom(_ room: NewRoom) async throws(ChatStoreError) -> RoomRecord {
        await listingTurns.enter()
        defer { listingTurns.leave() }
        let record = try await store.createRoom(room, at: Date(), roomsMax: limits.roomsMax)
        // What the store has just written with the room. It is not asked: a connection that ends meanwhile would cancel
        // that, and leave a room that nobody finds before the next start.
        var access = RoomAccess(record: record)
        access.overrides = [PermissionOverride(subject: .user(room.creator), allowed: PermissionTable.creator)]
        allRooms[record.id] = makeRoom(access)
        listing.insert(access)
        return record
    }

    func updateRoom(_ room: Room, _ update: RoomUpdate, by actor: Member) async throws(RoomRefusal) {
        await listingTurns.enter()
        defer { listingTurns.leave() }
        listing.insert(RoomAccess(record: try await room.update(update, by: actor)))
    }

    func deleteRoom(_ room: Room, by actor: Member) async throws(RoomRefusal) {
        await listingTurns.enter()
        defer { listingTurns.leave() }
        try await room.delete(by: actor)
        allRooms[room.id] = nil
        listing.remove(room.id)
        await room.endText()
    }

    /// `RoomList`, by number; cut where it outgrows a line. Concurrent, as are all that write many rows of JSON.
    @concurrent
    nonisolated func listRooms(for member: Member, answering requestID: UInt64?) async -> EncodedLine {
        let rows = await visibleRows(for: member)
        let (line, rowCount) = EncodedLine.fitting(rows, answering: requestID) { .roomList(rooms: $0) }
        if rowCount < rows.count { counters.count(.listCut) }
        return line
    }

    private func visibleRows(for member: Member) async -> [RoomSummary] {
        var rows: [RoomSummary] = []
        for row in listing.rows {
            // Who is shown everything need not ask every room.
            if row.isHidden, member.role < .admin, await allRooms[row.summary.id]?.isVisible(to: member) != true {
                continue
            }
            rows.append(row.summary)
        }
        return rows
    }

    /// `RoomPage`: what is cut because it outgrows a line comes with the next page.
    @concurrent
    nonisolated func browseRooms(
        after id: RoomID?, limit: Int, for member: Member, answering requestID: UInt64?
    ) async -> EncodedLine {
        let found = await visibleDetails(after: id, rowsMax: limit + 1, for: member)
        let page = Array(found.prefix(limit))
        return EncodedLine.fitting(page, answering: requestID) { rows in
            .roomPage(rooms: rows, next: rows.count < found.count ? rows.last?.id : nil)
        }.line
    }

    func visibleDetails(after id: RoomID?, rowsMax: Int, for member: Member) async -> [RoomDetails] {
        var details: [RoomDetails] = []
        for row in listing.rows(after: id) {
            guard details.count < rowsMax else { break }
            if let seen = await allRooms[row.summary.id]?.visibleDetails(for: member) { details.append(seen) }
        }
        return details
    }

    /// The room that an invitation is for; nil if it is unknown or has run out.
    func roomOfInvitation(_ code: String, at now: Date = Date()) async throws(ChatStoreError) -> RoomID? {
        try await store.invitation(code: code, at: now)?.room
    }

    /// Names of the rooms that the account belongs to and may read: by number, at most `countMax` after the one given.
    func readableRooms(
        of member: Member, after cursor: RoomID = RoomID(rawValue: 0), countMax: Int = .max
    ) async throws(ChatStoreError) -> [(id: RoomID, name: String)] {
        var rooms: [(id: RoomID, name: String)] = []
        for id in try await store.memberships(of: member.user) where id.rawValue > cursor.rawValue {
            guard rooms.count < countMax else { break }
            if let name = await allRooms[id]?.readableName(for: member) { rooms.append((id, name)) }
        }
        return rooms
    }
}

extension Room {
    func isVisible(to member: Member) -> Bool {
        !isDeleted && access.isVisible(to: member.user, role: member.role)
    }

    /// The name, for a member who may read here.
    func readableName(for member: Member) -> String? {
        guard !isDeleted, access.isMember(member.user), access.permissions(of: member).contains(.read) else {
            return nil
        }
        return access.record.name
    }
}

extension Bans {
    /// A stored ban as asked for at every connection; nil for one that names neither an account nor addresses.
    static func stored(_ ban: Ban) -> (id: UInt64, subject: Subject, terms: Terms)? {
        let terms = Terms(reason: ban.reason, expiresAt: ban.expiresAt)
        if let user = ban.target.user { return (ban.id, .user(user), terms) }
        guard let range = ban.target.addresses.flatMap(AddressRange.init) else { return nil }
        return (ban.id, .addresses(range), terms)
    }
}

extension AddressRange {
    init?(_ stored: BanAddresses) {
        guard let first = NetworkAddress(bytes: stored.first), let last = NetworkAddress(bytes: stored.last) else {
            return nil
        }
        self.init(first: first, last: last)
    }
}

extension AuditRecord {
    init(_ row: AuditRow) {
        self.init(
            id: row.id, at: row.at.storedMilliseconds, actorID: row.actor, actor: row.actorName, action: row.action,
            targetID: row.target, target: row.targetName, roomID: row.room, messageID: row.message, detail: row.detail)
    }
}
