import ControlWire
import Identifiers
import RoomClient
import SpeechProcessing
import TerminalSupport
import VoiceClient
import VoiceQuality
import VoiceWire

/// What `roomtone talk` knows; all text in it is safe for a terminal. Changed by ``update(_:now:)`` alone.
package struct TalkModel: Equatable, Sendable {
    package typealias Person = VoiceRoster.Person

    /// How the room gets this client's voice. The server's numbers, held to what is possible.
    package struct Reception: Equatable, Sendable {
        package var heard: HeardByOthers
        package var rating: TransmissionRating?
        package var at: Duration
    }

    package enum Link: Equatable, Sendable {
        case connecting
        case up
        /// The server is gone; the next attempt is at this time.
        case down(retryAt: Duration?)
    }

    static let volumeStep: Float = 0.1
    /// After the end of the input file, before `--exit-at-end` ends the command: the last words are on their way.
    static let lingerAtEnd: Duration = .seconds(1)
    /// For the word why voice was taken away, which travels another way than the fact.
    static let removalPatience: Duration = .seconds(2)
    /// What the server said of how others hear this client is forgotten after this long: nobody has reported since.
    static let receptionLifetime: Duration = .seconds(15)

    // Set once.
    let server: String
    /// The person has keys, not lines, to command with.
    let hasKeys: Bool
    let exitsAtEnd: Bool
    /// Counted from the moment voice first stands.
    let duration: Duration?

    package var mode: TransmissionMode
    package var link = Link.connecting
    /// What is done to the microphone's sound.
    package var microphone = MicrophoneSettings.untouched
    /// Two channels are sent, as they are.
    package var isStereo = false
    package var roomID: RoomID?
    package var roomName = ""
    package var userID: UserID?
    package var ownVoice: VoiceID?
    package var isVoiceOpen = false
    /// When voice first stood; nil as long as nothing was ever heard of it.
    var firstOpenedAt: Duration?
    var endsAt: Duration?
    /// The relay said that voice was taken away. Why comes over the control connection: it is waited for until here.
    var removalExpectedUntil: Duration?
    package var roster = VoiceRoster()
    /// While the room is recorded.
    package var recording: RecordingState?

    package var isKeyDown = false
    package var isMuted = false
    package var isDeafened = false
    package var volume: Float = 1
    /// How this person wants to get the room's voice; nil: as the room says.
    package var delivery: VoiceDelivery?
    /// What a mix may take, in bit/s; nil: as the server says.
    package var mixBitsPerSecond: UInt32?

    package var statistics = VoiceStatistics()
    package var loss = LossWindow()
    package var reporter = ReceptionReporter()
    /// What the server said of how the room's listeners get this client's voice; nil when that was too long ago.
    package var reception: Reception?
    var isQuitting = false

    package init(
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
    package var isTalking: Bool {
        guard isVoiceOpen, !isMuted, own?.isServerMuted != true else { return false }
        return mode == .pushToTalk ? isKeyDown : statistics.isTransmitting
    }

    /// The others who speak: heard here, or said by the server where nobody is heard by themselves (deafened, a mix).
    package var speakers: [Person] {
        guard !isDeafened, own?.isMixed != true else { return others.filter(\.isSpeaking) }
        let heard = Dictionary(
            statistics.talkers.map { ($0.voice, $0.isSpeaking) }, uniquingKeysWith: { first, _ in first })
        return others.filter { person in person.voice.flatMap { heard[$0] } ?? person.isSpeaking }
    }

    package var people: [Person] { roster.people }

    /// Everybody in voice but this client.
    package var others: [Person] { people.filter { !isSelf($0) } }

    /// This client as the room sees it; nil before it does.
    package var own: Person? { people.first(where: isSelf) }

    package func isSelf(_ person: Person) -> Bool {
        person.voice == nil ? person.userID == userID : person.voice == ownVoice
    }

    /// From the relay to the ear, in milliseconds: half a round trip and the longest buffer of who speaks now; nil before
    /// it is known, and while nobody is heard.
    package var delayMilliseconds: Double? {
        let delays = statistics.talkers.filter(\.isSpeaking).map(\.playoutDelayMilliseconds)
        guard let roundTrip = statistics.roundTripMilliseconds, let longest = delays.max() else { return nil }
        return roundTrip / 2 + longest
    }
}
