/// Opens what a person asked to talk with.
public enum AudioSources {
    /// The device used when none is asked for.
    public static let defaultDeviceName = "default"

    /// ALSA's name for no device at all. Its own takes and gives sound as fast as it is asked, and would keep a processor
    /// busy; ours keeps time.
    public static let silentDeviceName = "null"

    /// Opens a microphone, or a WAV file that is played once as if spoken into one.
    ///
    /// - Parameters:
    ///   - name: an ALSA device, a path ending in `.wav`, ``silentDeviceName``, or nil for ``defaultDeviceName``.
    ///   - channelCountMax: channels wanted, 1 or 2. What has one gives one: ``AudioSource/channelCount``.
    /// - Throws: what the device or file is and is not; show it and end.
    public static func open(
        name: String?, timing: DeviceTiming = .capture, channelCountMax: Int = 1
    ) throws(AudioDeviceError) -> any AudioSource {
        let name = name ?? defaultDeviceName
        if name == silentDeviceName { return SilentSource(timing: timing) }
        return isSoundFile(name)
            ? try WAVFileSource(path: name, timing: timing, channelCountMax: channelCountMax)
            : try ALSASource(name: name, timing: timing, channelCountMax: channelCountMax)
    }
}

extension AudioSources {
    /// Whether a name that a person gave means a sound file and not a device.
    public static func isSoundFile(_ name: String) -> Bool { name.lowercased().hasSuffix(".wav") }
}
