import ArgumentParser
import SoundLab

struct SoundMicrophoneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "microphone", abstract: "The microphone's side: echo, noise, and whether somebody speaks.")

    @OptionGroup var sound: SoundArguments

    func run() throws {
        let recordings = try sound.speech.flatMap { try SpeechRecording.read($0) }
        try MicrophoneTable(speech: recordings, seed: sound.seed).write(to: sound.out)
    }
}
