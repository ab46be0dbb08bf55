import AudioDevice
import ControlWire
import RoomClient
import TerminalSupport
import Testing

@testable import TalkInterface

struct ExitStatusTests {
    @Test(
        arguments: [
            (.addressInvalid, .usage), (.unreachable, .unavailable), (.handshakeFailed, .protocolMismatch),
            (.certificateRefused, .permission), (.knownServersUnusable, .configuration), (.plaintextNotAllowed, .usage),
            (.authenticationFailed, .permission), (.rateLimited, .tryLater), (.roomNotFound, .notFound),
            (.roomRefused, .permission), (.voiceRefused(.roomFull), .unavailable),
            (.voiceRefused(.notPermitted), .permission),
            (.serverRefused(nil), .protocolMismatch), (.serverRefused(.internalError), .unavailable),
            (.connectionLost, .unavailable), (.cancelled, .interrupted),
        ] as [(RoomClientError.Code, ExitReason)])
    func `what the server or the way to it refuses has its status`(code: RoomClientError.Code, status: ExitReason) {
        #expect(CommandFailure(RoomClientError(code, "why")).status == status)
    }

    @Test(
        arguments: [
            (.deviceNotFound, .device), (.deviceBusy, .device), (.deviceVanished, .device),
            (.fileInaccessible, .fileMissing),
            (.fileUnsupported, .fileUnsupported), (.system, .software),
        ] as [(AudioDeviceError.Code, ExitReason)])
    func `so has what a device or file refuses`(code: AudioDeviceError.Code, status: ExitReason) {
        let failure = CommandFailure(AudioDeviceError(code: code, device: "default", message: "why"))
        #expect(failure.status == status)
        #expect(failure.description.contains("default"))
    }

    @Test func `a wrong password says what to do`() {
        let failure = CommandFailure(RoomClientError(.authenticationFailed, "Wrong user name or password"))
        #expect(failure.description.contains("Wrong user name or password"))
        #expect(failure.description.contains("--register"))
    }

    @Test func `a server that asks for patience says for how long`() {
        let failure = CommandFailure(
            RoomClientError(.rateLimited, "Too many attempts", retryAfter: .milliseconds(41_500)))
        #expect(failure.description.contains("in 42 s"))
    }

    @Test func `the numbers are those of the page`() {
        #expect(ExitReason.allCases.map(\.rawValue) == [64, 65, 66, 67, 69, 70, 73, 74, 75, 76, 77, 78, 130])
    }
}
