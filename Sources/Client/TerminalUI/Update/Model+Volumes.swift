import ControlWire
import TalkInterface
import VoiceClient
import VoiceWire

/// How loud everybody is, and one person.
extension Model {
    func userVolumeEffects() -> [Effect] {
        guard let seat else { return [] }
        return (rosters[seat.room]?.people ?? []).flatMap { volumeEffect(of: $0) }
    }

    func volumeEffect(of person: VoiceRoster.Person) -> [Effect] {
        guard let volume = settings.userVolumes[person.name], let voice = person.voice else { return [] }
        return volumeEffects(volume, of: voice)
    }

    /// In a mix it is the server that makes somebody softer.
    private func volumeEffects(_ volume: Float, of voice: VoiceID) -> [Effect] {
        let mine = Effect.voice(.setTalkerVolume(volume, voice))
        return hearsMix ? [mine, .send(.setVoiceVolume(voiceID: voice.rawValue, volume: volume))] : [mine]
    }

    /// Whether the server mixes what this client hears.
    var hearsMix: Bool { seat?.talk.own?.isMixed ?? false }

    package func volume(of name: String) -> Float { settings.userVolumes[name] ?? 1 }

    mutating func setVolume(_ volume: Float, of name: String) -> [Effect] {
        let range = VoiceEngineConfiguration.volumeRange
        let held = min(max((volume * 10).rounded() / 10, range.lowerBound), range.upperBound)
        settings.userVolumes[name] = held == 1 ? nil : held
        var effects: [Effect] = [.save(settings)]
        if let seat {
            let devices = (rosters[seat.room]?.people ?? []).filter { $0.name == name }.compactMap(\.voice)
            effects += devices.flatMap { volumeEffects(held, of: $0) }
        }
        return effects
    }

    mutating func setMasterVolume(_ volume: Float) -> [Effect] {
        let range = VoiceEngineConfiguration.volumeRange
        let before = settings.volume
        settings.volume = min(max((volume * 10).rounded() / 10, range.lowerBound), range.upperBound)
        let steps = Int(((settings.volume - before) * 10).rounded())
        return [.save(settings)] + tellVoice(.command(.volume(steps: steps)))
    }
}
