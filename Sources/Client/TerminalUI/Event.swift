import ControlWire
import KeyInput
import RoomClient
import TerminalSupport
import VoiceClient

/// Everything that can happen to a ``Model``.
package enum Event: Sendable {
    // The terminal.
    case input(InputEvent)
    case resized(columns: Int, rows: Int)
    /// A line of `--plain`: text for the selected conversation, or a command.
    case line(String)
    /// ``Model/deadline`` has come.
    case clock
    /// SIGTERM or SIGHUP, or the terminal is gone.
    case terminated

    // The server.
    /// The control connection stands; the trust is nil without TLS.
    case connected(ServerTrust?)
    /// Met for the first time: ``Effect/trust(_:)`` is waited for.
    case fingerprint(String)
    case loggedIn(LoggedInAccount)
    case announcement(ControlEnvelope)
    case lost(RoomClientError)
    case retrying(after: Duration, RoomClientError)
    /// No retry can mend it.
    case ended(RoomClientError)
    case answered(Request, Result<Answer, RoomClientError>)

    // Voice.
    case engine(VoiceEngineEvent)
    /// About ten times a second while in voice.
    case statistics(VoiceStatistics)
    /// The engine cannot be had: a device does not open, a setting is refused.
    case voiceFailed(CommandFailure)
    case globalKey(isDown: Bool)
    case globalKeyUnavailable(String)
    case devices(inputs: [SettingsForm.Device], outputs: [SettingsForm.Device])
    case microphoneTest(SettingsForm.MicrophoneTest?)
    case settingsNotSaved(String)
    /// Something else went wrong that the person is to know of.
    case problem(String)
}

extension Event {
    /// Whether the person has done something and waits to see it.
    package var isInput: Bool {
        switch self {
        case .input, .resized: true
        default: false
        }
    }
}
