import ControlWire
import Identifiers
import Permissions
import TalkInterface
import VoiceClient

/// Everything the full-screen client knows. Changed by ``update(_:now:)`` alone; drawn by the view, which changes nothing.
///
/// All text of others in it is safe for a terminal: it went through `TerminalText` on its way in.
package struct Model: Equatable, Sendable {
    package struct Size: Equatable, Sendable {
        package var columns: Int
        package var rows: Int

        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    /// What the person on this side is.
    package struct Account: Equatable, Sendable {
        package var userID: UserID
        package var name: String
        package var role: Role

        package init(userID: UserID, name: String, role: Role) {
            self.userID = userID
            self.name = name
            self.role = role
        }
    }

    package enum Link: Equatable, Sendable {
        /// Nothing was begun: the first-start form is open.
        case none
        case connecting
        case up
        /// The server is gone; the next attempt is at this time, nil: under way.
        case down(retryAt: Duration?, reason: String)
    }

    /// A line that is shown for a while.
    package struct Notice: Equatable, Sendable {
        package var text: String
        package var isError: Bool
        /// Somebody has taken the person out of a room: who and why is told nowhere else.
        package var isRemoval: Bool
        package var until: Duration

        package init(text: String, isError: Bool, isRemoval: Bool = false, until: Duration) {
            self.text = text
            self.isError = isError
            self.isRemoval = isRemoval
            self.until = until
        }

        /// None gives way to one of less weight.
        var weight: Int { isRemoval ? 2 : isError ? 1 : 0 }
    }

    // The terminal.
    package var size: Size
    /// Whether the terminal tells when a key is let go; until it has answered, no.
    package var reportsReleases = false
    package var hasFocus = true
    /// The wall clock at ``now`` 0, in milliseconds since 1970, and the zone: for times on the screen.
    package var wallClockStart: Int64
    package var zone: TimeZoneOffset

    package var settings: Settings
    package var overlay: Overlay?
    package var notices: [Notice] = []

    // The server.
    package var server: String
    /// As whom the session was begun; empty until it is known. Not as long or short as names on the screen.
    package var user: String
    package var link = Link.none
    package var account: Account?
    /// Joined rooms, in the order of their names; then the private conversations, the latest first.
    package var conversations: [ConversationState] = []
    package var selected: Conversation?
    /// Names and presence of everybody the server has told of.
    package var people: [UserID: Person] = [:]
    /// Members of rooms as last asked for.
    package var members: [RoomID: [UserID]] = [:]
    package var rosters: [RoomID: VoiceRoster] = [:]
    /// Rooms that are recorded now.
    package var recordings: [RoomID: RecordingState] = [:]

    // Voice.
    package var seat: VoiceSeat?
    package var pushToTalk: PushToTalk
    /// Whether the person is muted and deafened, in voice or not: kept from one room to the next.
    package var isMuted = false
    package var isDeafened = false
    /// How this person wants to get voice; nil: as each room says.
    package var delivery: VoiceDelivery?
    /// Why the global key does not work, if it was asked for.
    package var globalKeyProblem: String?

    /// Which part takes the keys: the line, or the list of members.
    package var focus = Focus.input
    /// Of the last event: monotonic, from a fixed start.
    package var now: Duration = .zero
    package var isQuitting = false
    /// Beginning of the names of posted messages; chance, given by the shell.
    package let clientIDPrefix: String
    package var clientIDCount = 0
    /// Name or number of the room to go to first; taken when rooms are known.
    package var wantedRoom: String?
    var book = Bookkeeping()

    /// What no screen shows.
    struct Bookkeeping: Equatable, Sendable {
        /// Every room that the server showed last.
        var rooms: [RoomDetails] = []
        /// Rooms that are joined on this connection.
        var present: Set<RoomID> = []
        /// Rooms to look at as soon as they are joined, and that whose voice is wanted then.
        var wanted: Set<RoomID> = []
        var wantedVoice: RoomID?
        /// A room that was asked for by a name that the list does not have yet.
        var wish: Wish?
        /// The rooms of this account are joined when the list of rooms comes.
        var joinsAll = false
        /// What was unread at the login in rooms that are still to be joined.
        var unread: [Conversation: UnreadSummary] = [:]
        /// Of these rooms, members have come or gone since they were asked for.
        var staleMembers: Set<RoomID> = []
        var membersAskedAt: Duration?
        var markedReadAt: Duration?
        var typingToldAt: Duration?

        struct Wish: Equatable, Sendable {
            var room: String
            var password: String?
        }
    }

    package enum Focus: Equatable, Sendable {
        case input
        /// A message is chosen, to reply, edit or delete.
        case messages(MessageID)
        /// The row in ``memberRows``.
        case members(Int)
    }

    package struct Person: Equatable, Sendable {
        package var name: String
        package var role: Role?
        package var isOnline: Bool

        package init(name: String, role: Role? = nil, isOnline: Bool = false) {
            self.name = name
            self.role = role
            self.isOnline = isOnline
        }
    }

    package init(
        size: Size, settings: Settings, server: String = "", user: String = "", clientIDPrefix: String,
        wallClockStart: Int64 = 0, zone: TimeZoneOffset = .utc
    ) {
        self.size = size
        self.settings = settings
        self.server = server
        self.user = user
        self.clientIDPrefix = clientIDPrefix
        self.wallClockStart = wallClockStart
        self.zone = zone
        pushToTalk = PushToTalk()
    }
}

/// Minutes east of Greenwich, by the instant: daylight saving changes them.
package struct TimeZoneOffset: Equatable, Sendable {
    /// Seconds east of UTC for an instant in milliseconds since 1970.
    private let offset: @Sendable (Int64) -> Int
    private let name: String

    package init(name: String, _ offset: @escaping @Sendable (Int64) -> Int) {
        self.name = name
        self.offset = offset
    }

    package static let utc = TimeZoneOffset(name: "UTC") { _ in 0 }

    package func seconds(at milliseconds: Int64) -> Int { offset(milliseconds) }

    package static func == (left: Self, right: Self) -> Bool { left.name == right.name }
}

/// A place in a room's voice.
package struct VoiceSeat: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case asking
        case granted
        /// Asked again then.
        case waiting(until: Duration)
    }

    package var room: RoomID
    package var talk: TalkModel
    package var state = State.asking
    /// Attempts in a row that failed, for the wait before the next.
    package var failureCount = 0
    package var grantedAt: Duration?

    package init(room: RoomID, talk: TalkModel) {
        self.room = room
        self.talk = talk
    }
}
