import ControlWire
import KeyInput
import TalkInterface
import TerminalSupport
import VoiceClient

/// F4. Every change is in force, and saved, at once.
extension Model {
    mutating func openSettings() -> [Effect] {
        if case .settings = overlay { return closeOverlay() }
        overlay = .settings(SettingsForm())
        return [.listDevices]
    }

    mutating func handle(settings event: Event) -> [Effect] {
        if case .settingsNotSaved(let why) = event {
            note("Settings are not saved: \(why)", isError: true)
            return []
        }
        guard case .settings(var form) = overlay else { return [] }
        switch event {
        case .devices(let inputs, let outputs): (form.inputs, form.outputs) = (inputs, outputs)
        case .microphoneTest(let state): form.test = state
        default: break
        }
        overlay = .settings(form)
        return []
    }

    mutating func press(_ stroke: KeyStroke, in form: SettingsForm) -> [Effect] {
        var form = form
        form.error = nil
        if form.editing != nil { return pressEditing(stroke, form) }
        let item = SettingItem.allCases[form.selection]
        let last = SettingItem.allCases.count - 1
        switch stroke.key {
        case .escape: return closeOverlay()
        case .up: form.selection = max(0, form.selection - 1)
        case .down, .tab: form.selection = min(last, form.selection + 1)
        case .pageUp, .home: form.selection = 0
        case .pageDown, .end: form.selection = last
        case .left: return change(item, by: -1, form)
        case .right, .character(" "): return change(item, by: 1, form)
        case .enter: return begin(item, form)
        case .delete, .backspace: return reset(item, form)
        default: break
        }
        overlay = .settings(form)
        return []
    }

    private mutating func change(_ item: SettingItem, by step: Int, _ form: SettingsForm) -> [Effect] {
        overlay = .settings(form)
        if item.kind == .action || item.kind == .key || item.kind == .text { return [] }
        let devices = (item == .inputDevice ? form.inputs : form.outputs)?.map(\.name) ?? []
        let before = settings
        settings.step(item, by: step, devices: devices)
        return apply(item, before)
    }

    private mutating func begin(_ item: SettingItem, _ form: SettingsForm) -> [Effect] {
        var form = form
        switch item.kind {
        case .choice, .toggle: return change(item, by: 1, form)
        case .key: form.isCapturingKey = true
        case .number: form.editing = InputLine(String(settings.number(of: item)))
        case .text: form.editing = InputLine(settings.globalKey ?? "")
        case .action:
            overlay = .settings(form)
            return [.testMicrophone]
        }
        overlay = .settings(form)
        return []
    }

    /// Back to what the profile or the program says.
    private mutating func reset(_ item: SettingItem, _ form: SettingsForm) -> [Effect] {
        let before = settings
        switch item {
        case .bitrate: settings.bitrateKilobits = nil
        case .frameDuration: settings.frameDurationMilliseconds = nil
        case .globalKey: settings.globalKey = nil
        case .inputDevice: settings.inputDevice = nil
        case .outputDevice: settings.outputDevice = nil
        default: break
        }
        overlay = .settings(form)
        return apply(item, before)
    }

    private mutating func pressEditing(_ stroke: KeyStroke, _ form: SettingsForm) -> [Effect] {
        var form = form
        let item = SettingItem.allCases[form.selection]
        switch stroke.key {
        case .escape: form.editing = nil
        case .enter:
            let text = form.editing?.text.trimmingSpaces ?? ""
            form.editing = nil
            overlay = .settings(form)
            return take(text, for: item, form)
        default: form.editing?.take(stroke)
        }
        overlay = .settings(form)
        return []
    }

    private mutating func take(_ text: String, for item: SettingItem, _ form: SettingsForm) -> [Effect] {
        let before = settings
        if item == .globalKey {
            settings.globalKey = text.isEmpty ? nil : text.lowercased()
            return apply(item, before)
        }
        guard case .number(let range, _, let unit) = item.kind else { return [] }
        guard let number = Int(text), range.contains(number) else {
            var form = form
            form.error = "\(item.label): \(range.lowerBound) to \(range.upperBound) \(unit)."
            overlay = .settings(form)
            return []
        }
        settings.set(number, of: item)
        return apply(item, before)
    }

    /// The next key is the setting's; Escape keeps the one there is.
    mutating func capture(_ stroke: KeyStroke) -> [Effect] {
        guard case .settings(var form) = overlay else { return [] }
        form.isCapturingKey = false
        overlay = .settings(form)
        guard stroke.key != .escape else { return [] }
        let item = SettingItem.allCases[form.selection]
        let before = settings
        if let owner = keyOwner(stroke), owner != item {
            form.error = "\(stroke) is the key of “\(owner.label)” already."
            overlay = .settings(form)
            return []
        }
        settings.set(stroke, of: item)
        return apply(item, before)
    }

    private func keyOwner(_ stroke: KeyStroke) -> SettingItem? {
        let keys: [SettingItem: KeyStroke] = [
            .talkKey: settings.talkKey, .muteKey: settings.muteKey, .deafenKey: settings.deafenKey,
            .voiceKey: settings.voiceKey, .membersKey: settings.membersKey,
        ]
        return keys.first { $0.value == stroke }?.key
    }

    // MARK: In force

    private mutating func apply(_ item: SettingItem, _ before: Settings) -> [Effect] {
        guard settings != before else { return [] }
        var effects: [Effect] = [.save(settings)]
        switch item {
        case .mode:
            pushToTalk.reset()
            effects += tellVoice(.command(.mode(settings.mode)))
        case .noise, .echo, .gain:
            seat?.talk.microphone = settings.microphone
            if seat != nil { effects.append(.voice(.setMicrophone(settings.microphone))) }
        case .bitrate: effects += tellVoice(.command(.bitrate(settings.number(of: .bitrate))))
        case .volume:
            seat?.talk.volume = settings.volume
            if seat != nil {
                effects += [.voice(.setVolume(settings.volume)), .send(.setVolume(volume: settings.volume))]
            }
        case .activationLevel, .hangover:
            if seat != nil { effects.append(.voice(.setActivation(settings.activation))) }
        case .globalKey:
            globalKeyProblem = nil
            effects.append(.watchGlobalKey(settings.globalKey))
        default: break
        }
        if item.needsNewEngine {
            seat?.talk.microphone = settings.microphone
            effects += restartVoice()
        }
        return effects
    }

    // MARK: From the line

    mutating func setMode(_ words: String) -> [Effect] {
        guard let mode = TransmissionMode.allCases.first(where: { $0.words == words.lowercased() }) else {
            let modes = TransmissionMode.allCases.map(\.words).joined(separator: ", ")
            note("/mode wants one of \(modes).", isError: true)
            return []
        }
        let before = settings
        settings.mode = mode
        return apply(.mode, before)
    }

    mutating func setBitrate(_ kilobits: Int) -> [Effect] {
        guard case .number(let range, _, _) = SettingItem.bitrate.kind, range.contains(kilobits) else {
            note("/bitrate wants 16 to 128 kbit/s.", isError: true)
            return []
        }
        let before = settings
        settings.bitrateKilobits = kilobits
        return apply(.bitrate, before)
    }
}
