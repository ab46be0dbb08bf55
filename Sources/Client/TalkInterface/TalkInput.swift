import ControlWire
import RoomClient
import TerminalSupport
import VoiceClient
import VoiceWire

/// Everything that can happen to a ``TalkModel``.
package enum TalkInput: Sendable {
    case session(RoomSession.Event)
    case engine(VoiceEngineEvent)
    /// Time passes; the engine's newest snapshot.
    case tick(VoiceStatistics)
    case command(TalkCommand)
    /// A line of standard input that is no command.
    case commandUnknown(String)
    /// SIGINT, SIGQUIT, SIGTERM or SIGHUP.
    case interrupted
    /// The shell could not do what it had to.
    case failed(CommandFailure)
}

/// What can be switched of what is done to the microphone's sound.
package enum ProcessingPart: Equatable, Sendable {
    case echo
    case noise
    case gain
}

/// What a person can ask for while talking, by key or by line.
package enum TalkCommand: Equatable, Sendable {
    /// Nil turns it the other way round.
    case talk(Bool?)
    case mute(Bool?)
    case deafen(Bool?)
    case volume(steps: Int)
    /// Of one's own voice, in kbit/s.
    case bitrate(Int)
    /// When the microphone is sent.
    case mode(TransmissionMode)
    /// Of one talker, beside the master's, as in ``VoiceEngineConfiguration/volumeRange``.
    case talkerVolume(Float, VoiceID)
    /// How the room's voice is to come; nil: as the room says.
    case delivery(VoiceDelivery?)
    /// A part of the microphone's processing, on or off.
    case processing(ProcessingPart, Bool)
    /// What one says to being recorded.
    case consent(Bool)
    /// Whether the room is to be recorded.
    case record(Bool, hasMix: Bool = false)
    /// Where the milliseconds between microphone and ear go, as measured here.
    case delay
    case help
    case quit
}
