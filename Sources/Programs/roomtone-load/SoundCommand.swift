import ArgumentParser

/// Tables of what is heard, from recorded speech and seeds; no server, no device, no clock.
struct SoundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sound",
        abstract: "Measures what is heard, on a bad network and of the microphone, and what it costs.",
        subcommands: [SoundNetworkCommand.self, SoundMicrophoneCommand.self, SoundCostCommand.self])
}

/// What every table of sound is made from.
struct SoundArguments: ParsableArguments {
    @Option(help: "A WAV file with recorded speech, or a folder of them; may be given several times.")
    var speech: [String] = ["/usr/share/sounds/alsa"]

    @Option(help: "Seed of everything that is left to chance.")
    var seed: UInt64 = 1

    @Option(help: "A folder for the sound that comes out; made if it is not there.")
    var out: String
}
