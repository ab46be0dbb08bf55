import ControlWire
import Identifiers
import TalkInterface
import TerminalSupport

/// What has to be done after an ``Event``; the shell does it in this order.
package enum Effect: Equatable, Sendable {
    /// Begin a session, in place of the one before; the outcome comes as ``Event/connected(_:)`` … or ``Event/ended(_:)``.
    case connect(Login)
    /// The answer to ``Event/fingerprint(_:)``.
    case trust(Bool)
    /// Ask the server; ``Event/answered(_:_:)`` follows, whatever becomes of it.
    case request(Request)
    /// Say it to the server, if there is a connection.
    case send(ControlMessage)
    /// Everything ``TalkModel`` wants of engine and devices, but ``TalkEffect/print(_:)``, ``TalkEffect/renewVoice(_:)``,
    /// ``TalkEffect/moveRoom(_:)`` and ``TalkEffect/quit(_:)``, which the model itself obeys.
    case voice(TalkEffect)
    /// Voice is over: stop engine and devices.
    case closeVoice
    /// Settings that an engine only takes at its start (devices, profile, frame duration) have changed while in voice: make a new
    /// one. The model asks for a grant by itself.
    case restartVoice
    case save(Settings)
    case listDevices
    case testMicrophone
    case watchGlobalKey(String?)
    case alert(Alert)
    /// Give the terminal back and stop, as Ctrl-Z does; the screen comes back by itself.
    case suspend
    /// Nil: as the person wished.
    case quit(CommandFailure?)
}

/// What the person gave at the first start.
package struct Login: Equatable, Sendable {
    package var server: String
    package var user: String
    /// Secret; nil: the stored session.
    package var password: String?
    package var registers: Bool

    package init(server: String, user: String, password: String?, registers: Bool) {
        self.server = server
        self.user = user
        self.password = password
        self.registers = registers
    }
}

/// What is worth a sound or the bell.
package enum Alert: Hashable, Sendable, CaseIterable {
    case mention
    case privateMessage
    case voiceJoined
    case voiceLeft
    case connectionLost
}
