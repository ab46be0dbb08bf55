import ArgumentParser
import LoadTester
import SyntheticSpeakers

extension TalkPattern: ExpressibleByArgument {}
extension CapacityQuantity: ExpressibleByArgument {}

/// A share of all, written as a percentage: `1%`, `0.5%`.
struct Share: ExpressibleByArgument {
    let value: Double

    init?(argument: String) {
        guard argument.hasSuffix("%"), let percent = Double(argument.dropLast()), (0...100).contains(percent) else {
            return nil
        }
        value = percent / 100
    }
}

/// A time: `90`, `90s`, `10m`, `1.5h`, `20ms`.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), let factor = Self.factors[String(argument.dropFirst(digits.count))] else {
            return nil
        }
        seconds = number * factor
    }

    private static let factors = ["": 1.0, "s": 1, "ms": 0.001, "m": 60, "min": 60, "h": 3_600]
}

/// So many a second: `100`, `100/s`.
struct Rate: ExpressibleByArgument {
    let perSecond: Double

    init?(argument: String) {
        let digits = argument.hasSuffix("/s") ? argument.dropLast(2) : argument[...]
        guard let number = Double(digits), (0...1_000_000).contains(number) else { return nil }
        perSecond = number
    }
}

/// Who comes, and what they do.
struct LoadArguments: ParsableArguments {
    @Option(help: "Rooms.")
    var rooms = LoadOptions().roomCount

    @Option(help: "People in each room.")
    var users = LoadOptions().usersPerRoom

    @Option(help: "How many of the people of a room speak. (default: 3, or all where there are fewer)")
    var speakers: Int?

    @Option(
        help: ArgumentHelp(
            "How speakers talk: conversation (turns as in ITU-T P.59), constant, everyone (all at once, then nobody).",
            valueName: "pattern"))
    var pattern = LoadOptions().pattern

    @Option(
        help: ArgumentHelp(
            "How long the load is on, after all have come: 30, 90s, 10m, 1h. (default: 30s)", valueName: "time"))
    var duration: TimeSpan?

    @Option(help: ArgumentHelp("Users that come in a second. (default: 50/s)", valueName: "N/s"))
    var ramp: Rate?

    @Flag(help: "What speakers say: Opus packets of speech, or of a tone.")
    var speech = Speech.encodedSpeech

    @Option(help: ArgumentHelp("Speech to encode, instead of sound of this program's own.", valueName: "file.wav"))
    var speechFile: String?

    @Option(help: ArgumentHelp("Text messages a second beside voice, over all rooms.", valueName: "N/s"))
    var chat: Rate?

    @Option(
        help: ArgumentHelp(
            "Users that join and leave each second, in rooms of their own beside the steady ones.", valueName: "N/s"))
    var churn: Rate?

    @Option(
        help: ArgumentHelp(
            "How long the steady rooms are measured alone before and after a churn. (default: 30s)", valueName: "time"))
    var baseline: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Later than this after its sending a frame is of no use; at most 2s. (default: 100ms)", valueName: "time"))
    var late: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Frames that leave this long after their time count against this program. (default: 2ms)", valueName: "time"
        ))
    var deadline: TimeSpan?

    @Flag(inversion: .prefixedNo, help: "Take frames of several talkers in one datagram, as clients do.")
    var bundles = LoadOptions().takesBundles

    @Option(help: "Threads that send and receive voice.")
    var threads = LoadOptions().threadCount

    @Option(help: "Repeats who talks when, and the simulated network.")
    var seed = LoadOptions().seed

    enum Speech: String, EnumerableFlag {
        case encodedSpeech, tone
    }

    func options() throws -> LoadOptions {
        var options = LoadOptions()
        options.roomCount = rooms
        options.usersPerRoom = users
        options.speakersPerRoom = speakers ?? min(users, options.speakersPerRoom)
        options.pattern = pattern
        if let duration { options.durationSeconds = duration.seconds }
        if let ramp { options.rampPerSecond = ramp.perSecond }
        options.speech = speech == .tone ? .tone : .encodedSpeech
        guard speechFile == nil || speech == .encodedSpeech else {
            throw ValidationError("--speech-file is for --encoded-speech.")
        }
        options.chatPerSecond = Int(chat?.perSecond ?? 0)
        options.churnPerSecond = Int(churn?.perSecond ?? 0)
        if let baseline { options.baselineSeconds = baseline.seconds }
        if let late { options.lateMilliseconds = late.seconds * 1_000 }
        if let deadline { options.deadlineMilliseconds = deadline.seconds * 1_000 }
        options.takesBundles = bundles
        options.threadCount = threads
        options.seed = seed
        return options
    }
}

/// What happens to voice on its way.
struct NetworkArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Datagrams lost in each direction, on purpose.", valueName: "percent%"))
    var loss: Share?

    @Option(help: ArgumentHelp("Mean length of bursts of them; 1 is random.", valueName: "datagrams"))
    var lossBurst = NetworkOptions().lossBurst

    @Option(
        help: ArgumentHelp(
            "Added to every datagram in each direction: 20ms. At most 2s, 100ms with --churn.", valueName: "time"))
    var delay: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Mean of an exponentially distributed delay on top of it: 5ms. At most 100ms.", valueName: "time"))
    var jitter: TimeSpan?

    @Option(help: ArgumentHelp("Datagrams that later ones overtake, in each direction.", valueName: "percent%"))
    var reorder: Share?

    var options: NetworkOptions {
        var options = NetworkOptions()
        options.loss = loss?.value ?? 0
        options.lossBurst = lossBurst
        options.delayMilliseconds = (delay?.seconds ?? 0) * 1_000
        options.jitterMilliseconds = (jitter?.seconds ?? 0) * 1_000
        options.reorder = reorder?.value ?? 0
        return options
    }
}
