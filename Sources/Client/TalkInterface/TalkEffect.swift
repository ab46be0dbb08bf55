import ControlWire
import Identifiers
import RoomClient
import SpeechProcessing
import TerminalSupport
import VoiceClient
import VoiceWire

/// What has to be done after a ``TalkInput``; the shell does it in this order.
package enum TalkEffect: Equatable, Sendable {
    /// A line above the status.
    case print(String)
    case connectVoice(VoiceGrant, host: String, tunnelPort: UInt16?)
    case disconnectVoice
    case setMuted(Bool)
    case setDeafened(Bool)
    case setTransmitting(Bool)
    case setMode(TransmissionMode)
    case setVolume(Float)
    case setTalkerVolume(Float, VoiceID)
    /// Whether that talker has priority over others.
    case setPriority(Bool, VoiceID)
    /// Bits a second.
    case setBitrate(Int)
    case noteReception(HeardByOthers)
    case setMicrophone(MicrophoneSettings)
    case setActivation(VoiceActivityGate.Settings)
    /// Over the control connection, if there is one now.
    case send(ControlMessage)
    case renewVoice(RoomClientError)
    /// To another room and its voice.
    case moveRoom(RoomID)
    /// Nil: as the person wished.
    case quit(CommandFailure?)
}
