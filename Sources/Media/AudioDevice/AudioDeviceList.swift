import CALSA

/// A device that a person may choose.
public struct AudioDeviceDescription: Hashable, Sendable {
    /// What to ask for, such as `default` or `plughw:CARD=PCH,DEV=0`.
    public let name: String
    /// In words, on one line.
    public let description: String
    public let canCapture: Bool
    public let canPlay: Bool

    /// Whether this is what is used when none is asked for.
    public var isDefault: Bool { name == AudioSources.defaultDeviceName }
}

/// The sound devices that ALSA knows, sound servers' among them.
public enum AudioDeviceList {
    /// All devices, the default first, then by name. Blocks while ALSA reads its configuration; not for an audio thread.
    ///
    /// Throws ``AudioDeviceError/Code/system`` when that configuration cannot be read. An empty list is no error.
    public static func all() throws(AudioDeviceError) -> [AudioDeviceDescription] {
        PCMDevice.silenceMessages
        var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        let code = unsafe snd_device_name_hint(-1, "pcm", &hints)
        guard code == 0, let first = unsafe hints else {
            throw AudioDeviceError(
                code: .system, device: "list", message: "ALSA's configuration cannot be read; install libasound2-data")
        }
        defer { unsafe snd_device_name_free_hint(first) }

        var devices: [AudioDeviceDescription] = []
        var next = unsafe first
        while let hint = unsafe next.pointee {
            if let device = unsafe describe(hint) { devices.append(device) }
            unsafe next += 1
        }
        return devices.sorted { ($0.isDefault ? 0 : 1, $0.name) < ($1.isDefault ? 0 : 1, $1.name) }
    }

    private static func describe(_ hint: UnsafeMutableRawPointer) -> AudioDeviceDescription? {
        guard let name = unsafe text(hint, "NAME"), name != "null" else { return nil }
        let direction = unsafe text(hint, "IOID")
        let words = unsafe (text(hint, "DESC") ?? "").split(separator: "\n").joined(separator: ", ")
        return AudioDeviceDescription(
            name: name, description: words, canCapture: direction != "Output", canPlay: direction != "Input")
    }

    private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
        guard let text = unsafe snd_device_name_get_hint(hint, key) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}
