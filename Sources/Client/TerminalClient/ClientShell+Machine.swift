import AudioDevice
import TalkInterface
import TerminalSupport
import TerminalUI

/// Files, devices and keys of the machine.
extension ClientShell {
    func save(_ settings: Settings) {
        guard let path = options.settingsPath else {
            handle(.settingsNotSaved("there is no place for them: set HOME or XDG_CONFIG_HOME."))
            return
        }
        let before = savedSettings
        savedSettings = settings
        saving = Task { [saving] in
            await saving?.value
            do throws(CommandFailure) {
                try await BlockingWork.run("settings") { () throws(CommandFailure) in
                    try SettingsFile(path: path).save(settings, over: before)
                }
            } catch {
                handle(.settingsNotSaved(error.description))
            }
        }
    }

    func listDevices() {
        Task {
            let devices = try? await BlockingWork.run("devices") { () throws(CommandFailure) in
                do throws(AudioDeviceError) {
                    return try AudioDeviceList.all()
                } catch {
                    throw CommandFailure(error)
                }
            }
            let named = { (device: AudioDeviceDescription) in
                SettingsForm.Device(name: device.name, description: TerminalText.line(device.description))
            }
            handle(
                .devices(
                    inputs: (devices ?? []).filter(\.canCapture).map(named),
                    outputs: (devices ?? []).filter(\.canPlay).map(named)))
        }
    }

    func watchGlobalKey(_ name: String?) {
        let (old, listening) = (globalKey, globalKeyStates)
        (globalKey, globalKeyStates) = (nil, nil)
        Task {
            await old?.stop()
            listening?.cancel()
        }
        guard let name else { return }
        guard let key = KeyCode(parsing: name) else {
            handle(.globalKeyUnavailable("Linux has no key “\(name)”: f13, rightctrl and capslock are some."))
            return
        }
        let (states, telling) = AsyncStream.makeStream(of: Bool.self)
        do throws(CommandFailure) {
            globalKey = try GlobalKey(key) { telling.yield($0) }
            globalKeyStates = Task { for await isDown in states { handle(.globalKey(isDown: isDown)) } }
        } catch {
            handle(.globalKeyUnavailable(error.description))
        }
    }

    /// One at a time: of alerts that come at once, the first says enough.
    func sound(_ alert: Alert) {
        if model.settings.ringsBell { interface.ring() }
        let output = model.settings.outputDevice
        // A file records what is heard of the room.
        guard model.settings.playsSounds, alerting == nil, !(output.map(AudioSources.isSoundFile) ?? false) else {
            return
        }
        alerting = Task {
            try? await BlockingWork.run("alert") { () throws(CommandFailure) in
                try SoundPlayer.play(AlertSound.samples(of: alert), on: output)
            }
            alerting = nil
        }
    }
}
