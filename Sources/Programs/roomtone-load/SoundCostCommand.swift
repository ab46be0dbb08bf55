import ArgumentParser
import Foundation
import SoundLab

struct SoundCostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Processor time of a voice client: one microphone with everything on, three talkers.",
        discussion: """
            Echo, noise, gain, voice activity and encoding; three talkers received, decoded, stretched and mixed. Prints a table \
            and writes it to cost.json in the folder. Only a quiet machine gives figures that can be compared.
            """)

    @OptionGroup var sound: SoundArguments

    @Option(help: "Rounds that are counted, 1 to 100; one before them warms up.")
    var rounds = 7

    @Option(help: "Seconds of sound in each round, 1 to 60.")
    var seconds = 5

    func run() throws {
        let recordings = try sound.speech.flatMap { try SpeechRecording.read($0) }
        let report = try SoundCost(speech: recordings, seed: sound.seed).run(rounds: rounds, secondsPerRound: seconds)
        try report.write(to: sound.out)
        print(report.text)
    }

    func validate() throws {
        guard SoundCost.roundsRange.contains(rounds), SoundCost.secondsRange.contains(seconds) else {
            throw ValidationError("--rounds takes 1 to 100, --seconds 1 to 60")
        }
    }
}
