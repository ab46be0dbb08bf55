import ArgumentParser
import SoundLab

struct SoundNetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Speech over simulated networks: what is concealed, late, delayed and spent.")

    @OptionGroup var sound: SoundArguments

    func run() throws {
        let recordings = try sound.speech.flatMap { try SpeechRecording.read($0) }
        for recording in recordings { print("\(recording.name): \(recording.samples.count / 48) ms") }
    }
}
