import AudioDevice
import TerminalSupport
import VoiceClient

extension CommandFailure {
    package init(_ error: AudioDeviceError) {
        let status: ExitReason =
            switch error.code {
            case .deviceNotFound, .deviceBusy, .deviceNotPermitted, .deviceUnsupported, .deviceVanished, .deviceStalled:
                .device
            case .fileInaccessible: .fileMissing
            case .fileUnsupported, .fileTruncated, .fileEmpty, .fileTooLarge: .fileUnsupported
            case .system: .software
            }
        self.init(status, error.description)
    }

    package init(_ error: VoiceEngineError) {
        let status: ExitReason =
            switch error.code {
            case .settingInvalid: .usage
            case .grantInvalid: .protocolMismatch
            case .socketFailed: .unavailable
            case .deviceFailed: .device
            case .resourceExhausted, .stopped: .software
            }
        self.init(status, error.description)
    }
}
