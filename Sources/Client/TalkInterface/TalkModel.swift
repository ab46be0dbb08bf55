import ControlWire
import Identifiers
import RoomClient
import SpeechProcessing
import TerminalSupport
import VoiceClient
import VoiceQuality
import VoiceWire

/// What `roomtone talk` knows; all text in it is safe for a terminal. Changed by ``update(_:now:)`` alone.
struct TalkModel: Equatable, Sendable {
    /// One device of one person in the room's voice.
    struct Person: Equatable, Sendable {
        var userID: UserID
        var voice: VoiceID?
        var name: String
        var isSpeaking: Bool
        var isMuted: Bool
        var isDeafened: Bool
        /// For all, by a moderator or for want of the right.
        var isServerMuted = false
        var isServerDeafened = false
        var isPrioritySpeaker = false
    }

    /// How the room gets this client's voice. The server's numbers, held to what is possible.
    struct Reception: Equatable, Sendable {
        var heard: HeardByOthers
        var rating: TransmissionRating?
        var at: Duration
    }

    enum Link: Equatable, Sendable {
        case connecting
        case up
        /// The server is gone; the next attempt is at this time.
        case down(retryAt: Duration?)
    }

    /// Most people that are remembered; a room that has more shows the first.
    static let peopleMax = 1_024
    static let volumeStep: Float = 0.1
    /// After the end of the input file, before `--exit-at-end` ends the command: the last words are on their way.
    static let lingerAtEnd: Duration = .seconds(1)
    /// For the word why voice was taken away, which travels another way than the fact.
    static let removalPatience: Duration = .seconds(2)
    /// What the server said of how others hear this client is forgotten after this long: nobody has reported since.
    static let receptionLifetime: Duration = .seconds(15)

    // Set once.
    let server: String
    let mode: TransmissionMode
    /// The person has keys, not lines, to command with.
    let hasKeys: Bool
    let exitsAtEnd: Bool
    /// Counted from the moment voice first stands.
    let duration: Duration?

    var link = Link.connecting
    /// What is done to the microphone's sound.
    var microphone = MicrophoneSettings.untouched
    var roomID: RoomID?
    var roomName = ""
    var userID: UserID?
    var ownVoice: VoiceID?
    var isVoiceOpen = false
    /// When voice first stood; nil as long as nothing was ever heard of it.
    var firstOpenedAt: Duration?
    var endsAt: Duration?
    /// The relay said that voice was taken away. Why comes over the control connection: it is waited for until here.
    var removalExpectedUntil: Duration?
    var people: [Person] = []

    var isKeyDown = false
    var isMuted = false
    var isDeafened = false
    var volume: Float = 1

    var statistics = VoiceStatistics()
    var loss = LossWindow()
    var reporter = ReceptionReporter()
    /// What the server said of how the room's listeners get this client's voice; nil when that was too long ago.
    var reception: Reception?
    var isQuitting = false

    init(
        server: String, mode: TransmissionMode, hasKeys: Bool = true, exitsAtEnd: Bool = false,
        duration: Duration? = nil
    ) {
        self.server = TerminalText.line(server)
        self.mode = mode
        self.hasKeys = hasKeys
        self.exitsAtEnd = exitsAtEnd
        self.duration = duration
    }

    /// Whether this person is heard by the room now, as far as this side knows.
    var isTalking: Bool {
        guard isVoiceOpen, !isMuted, own?.isServerMuted != true else { return false }
        return mode == .pushToTalk ? isKeyDown : statistics.isTransmitting
    }

    /// The others who speak: heard here, or said by the server where nothing is heard (deafened).
    var speakers: [Person] {
        guard !isDeafened else { return others.filter(\.isSpeaking) }
        let heard = Dictionary(
            statistics.talkers.map { ($0.voice, $0.isSpeaking) }, uniquingKeysWith: { first, _ in first })
        return others.filter { person in person.voice.flatMap { heard[$0] } ?? person.isSpeaking }
    }

    /// Everybody in voice but this client.
    var others: [Person] { people.filter { !isSelf($0) } }

    /// This client as the room sees it; nil before it does.
    var own: Person? { people.first(where: isSelf) }

    func isSelf(_ person: Person) -> Bool {
        person.voice == nil ? person.userID == userID : person.voice == ownVoice
    }

    /// From the relay to the ear, in milliseconds: half a round trip and the longest buffer of who speaks now; nil before
    /// it is known, and while nobody is heard.
    var delayMilliseconds: Double? {
        let delays = statistics.talkers.filter(\.isSpeaking).map(\.playoutDelayMilliseconds)
        guard let roundTrip = statistics.roundTripMilliseconds, let longest = delays.max() else { return nil }
        return roundTrip / 2 + longest
    }
}
