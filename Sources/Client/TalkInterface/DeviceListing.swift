import AudioDevice
import TerminalSupport

/// What `roomtone devices` prints.
public enum DeviceListing {
    /// One line a device: its name as `--input` and `--output` take it, what it can do, and what it is.
    public static func lines() throws(CommandFailure) -> [String] {
        do throws(AudioDeviceError) {
            return lines(of: try AudioDeviceList.all())
        } catch {
            throw CommandFailure(error)
        }
    }

    static func lines(of devices: [AudioDeviceDescription]) -> [String] {
        guard !devices.isEmpty else {
            return ["There is no sound device. A WAV file can take its place: --input FILE.wav, --output FILE.wav."]
        }
        let nameColumns = min(devices.map { TerminalText.columns(of: $0.name) }.max() ?? 0, nameColumnsMax)
        return devices.map { device in
            let name = TerminalText.line(device.name)
            let padding = String(repeating: " ", count: max(0, nameColumns - TerminalText.columns(of: name)))
            let direction =
                switch (device.canCapture, device.canPlay) {
                case (true, true): "input, output"
                case (true, false): "input        "
                case (false, true): "       output"
                case (false, false): "             "
                }
            return "\(name)\(padding)  \(direction)  \(TerminalText.line(device.description))"
        }
    }

    private static let nameColumnsMax = 40
}
