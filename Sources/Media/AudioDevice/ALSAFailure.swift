import CALSA

/// An ALSA call that failed: at which step, and its negative errno.
struct ALSAFailure: Error {
    enum Step { case open, configure, transfer }

    let step: Step
    let code: Int32

    /// Throws for a negative result.
    static func check(_ code: Int32, _ step: Step) throws(ALSAFailure) {
        if code < 0 { throw ALSAFailure(step: step, code: code) }
    }

    /// Whether the device exists but does not offer our format, so that a conversion may help.
    var isFormatRefused: Bool { step == .configure && code == -EINVAL }

    /// In words for a person.
    func deviceError(_ name: String, _ direction: AudioDirection) -> AudioDeviceError {
        let (errorCode, message) = explanation(direction)
        return AudioDeviceError(code: errorCode, device: name, message: message)
    }

    private func explanation(_ direction: AudioDirection) -> (AudioDeviceError.Code, String) {
        let list = "\"roomtone devices\" lists what there is"
        switch (step, -code) {
        case (.transfer, ENODEV), (.transfer, EIO), (.transfer, EBADFD), (.transfer, ENOTCONN), (.transfer, ENOENT):
            return (
                .deviceVanished,
                "it is gone (unplugged, or its sound server ended); connect it again or choose another (\(list))"
            )
        case (_, EBUSY), (_, EAGAIN):
            return (.deviceBusy, "another program is using it; end that program or choose another device (\(list))")
        case (_, EACCES), (_, EPERM):
            return (.deviceNotPermitted, "permission denied; add your user to the group \"audio\" and log in again")
        case (.open, ENOENT), (.open, ENODEV), (.open, ENXIO), (.open, EINVAL):
            return (
                .deviceNotFound, "there is no such \(direction.noun); \(list), or give a file whose name ends in .wav"
            )
        case (.open, ECONNREFUSED), (.open, ECONNRESET), (.open, ENOTCONN), (.open, EIO):
            return (.deviceNotFound, "its sound server does not answer; start it, or choose another device (\(list))")
        case (.configure, EINVAL):
            return (
                .deviceUnsupported,
                "it offers no 16-bit sound between 8 and 192 kHz; choose another device (\(list))"
            )
        default:
            let reason = unsafe String(cString: snd_strerror(code))
            return (.system, "\(reason) (error \(-code)); choose another device (\(list))")
        }
    }
}
