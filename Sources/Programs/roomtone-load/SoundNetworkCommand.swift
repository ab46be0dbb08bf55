import ArgumentParser
import SoundLab

struct SoundNetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Speech over simulated networks: what is concealed, late, delayed and spent.",
        discussion: """
            Writes network.json and WAV files into the folder, for Scripts/sound_scores.py, which compares what was heard with \
            what was said (“Scripts/bench sound network” calls both). On a virtual clock, the same for the same seed.
            """)

    @OptionGroup var sound: SoundArguments

    @Option(help: "Networks, with commas between; all of them if not given.")
    var networks: String?

    @Option(help: "Listeners, with commas between: roomtone, roomtone-capped, fixed-60, speex.")
    var listeners = NetworkContender.allCases.map(\.rawValue).joined(separator: ",")

    func run() throws {
        let table = try self.table
        let recordings = try sound.speech.flatMap { try SpeechRecording.read($0) }
        _ = try table.run(recordings, into: sound.out, say: Progress.say)
    }

    func validate() throws { _ = try table }

    private var table: NetworkTable {
        get throws {
            var table = NetworkTable()
            table.seed = sound.seed
            if let networks {
                table.scenarios = try networks.split(separator: ",").map { name in
                    guard let scenario = NetworkScenario.all.first(where: { $0.name == name }) else {
                        let names = NetworkScenario.all.map(\.name).joined(separator: ", ")
                        throw ValidationError("“\(name)” is none of \(names)")
                    }
                    return scenario
                }
            }
            table.contenders = try listeners.split(separator: ",").map { name in
                guard let contender = NetworkContender(rawValue: String(name)) else {
                    throw ValidationError("“\(name)” is none of roomtone, roomtone-capped, fixed-60, speex")
                }
                return contender
            }
            return table
        }
    }
}
