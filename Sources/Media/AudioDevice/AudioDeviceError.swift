/// Why a device or sound file cannot be used, in words that a person can act on.
///
/// The audio thread makes one only when it ends; nothing in steady state does.
public struct AudioDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// No device of that name. Ask for another.
        case deviceNotFound
        /// Another program holds the device alone.
        case deviceBusy
        /// This user may not use the device.
        case deviceNotPermitted
        /// The device cannot do what is needed: 16-bit sound at a rate of 8–192 kHz.
        case deviceUnsupported
        /// It was there and is gone: unplugged, or its sound server ended.
        case deviceVanished
        /// It is there, but neither takes nor gives sound any more.
        case deviceStalled
        /// The file is missing or cannot be read or written; the message names the cause.
        case fileInaccessible
        /// The file is not a WAV file of an accepted kind.
        case fileUnsupported
        /// The file ends before its sound does.
        case fileTruncated
        /// The file holds no sound.
        case fileEmpty
        /// The file has reached the size that its kind or this program allows.
        case fileTooLarge
        /// The system refused something else, such as a thread; the message names it.
        case system
    }

    public let code: Code
    /// The device's name or the file's path, as it was asked for.
    public let device: String
    /// One sentence: what is wrong, and what to do. Without ``device``.
    public let message: String

    public init(code: Code, device: String, message: String) {
        self.code = code
        self.device = device
        self.message = message
    }

    /// One line for a person.
    public var description: String {
        switch code {
        case .fileInaccessible, .fileUnsupported, .fileTruncated, .fileEmpty, .fileTooLarge:
            "sound file \"\(device)\": \(message)"
        default: "audio device \"\(device)\": \(message)"
        }
    }
}
