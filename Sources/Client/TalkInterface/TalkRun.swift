import AudioDevice
import ControlWire
import Glibc
import OpusCodec
import RoomClient
import TerminalSupport
import VoiceClient
import VoiceSealing

/// `roomtone talk`, from options to exit status.
public struct TalkRun: Sendable {
    private let options: TalkOptions
    private let input: Int32
    private let output: Int32
    private let prompt: TerminalPrompt

    /// Talks over standard input and output, and asks over standard error.
    public init(_ options: TalkOptions) {
        self.init(options, input: STDIN_FILENO, output: STDOUT_FILENO)
    }

    init(_ options: TalkOptions, input: Int32, output: Int32) {
        self.options = options
        self.input = input
        self.output = output
        prompt = TerminalPrompt(input: input, output: STDERR_FILENO)
    }

    /// Talks until the person leaves, the time is up, or nothing can be mended. Call once; takes the process's signals
    /// while it talks.
    public func run() async throws(CommandFailure) {
        // A pipe whose reader has gone is an error of write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let configuration = try options.engineConfiguration()
        let duration = try options.duration()
        var plan = try plan()
        var outcome = try await attempt(plan, configuration, duration)
        if outcome.isLoginRefused, !plan.registersFirst, let failure = outcome.failure,
            try mayRegister(plan.username, after: failure)
        {
            plan.registersFirst = true
            outcome = try await attempt(plan, configuration, duration)
        }
        if let failure = outcome.failure { throw failure }
    }

    private struct Outcome {
        var failure: CommandFailure?
        var isLoginRefused: Bool
    }

    private func attempt(
        _ plan: RoomSessionPlan, _ configuration: VoiceEngineConfiguration, _ duration: Duration?
    ) async throws(CommandFailure) -> Outcome {
        let engine = try engine(configuration)
        var plan = plan
        plan.bundleBytesMax = { configuration.bundleBytesMax(towards: $0) }
        let session = RoomSession(plan)
        let isScreen = Terminal.isTerminal(input) && Terminal.isTerminal(output)
        var model = TalkModel(
            server: plan.server.description, mode: configuration.mode, hasKeys: isScreen,
            exitsAtEnd: options.exitsAtEnd,
            duration: duration)
        model.microphone = configuration.microphone
        model.isStereo = engine.captureChannelCount == 2
        model.delivery = options.delivery
        model.mixBitsPerSecond = options.mixBitrateKilobits.map { UInt32($0) * 1_000 }
        let shell = try TalkShell(
            model: model, session: session, engine: engine, output: output,
            terminal: isScreen ? Terminal(input: input) : nil, allowsUnsealedVoice: plan.options.isPlaintext)
        return await talk(shell, session, engine, TalkKeyboard(input: input, isKeys: isScreen, shell: shell))
    }

    private func talk(
        _ shell: TalkShell, _ session: RoomSession, _ engine: VoiceEngine, _ keyboard: TalkKeyboard
    ) async -> Outcome {
        let sender = Task { await shell.sendMessages() }
        let listener = Task { for await event in engine.events { await shell.handle(.engine(event)) } }
        let ticker = Task {
            while (try? await Task.sleep(for: Self.tickInterval)) != nil {
                await shell.handle(.tick(engine.statistics))
            }
        }
        let tidier = Task { await ProgramPages.letGoWhenStarted() }
        let error = await session.run { event in
            // From here on nothing is asked any more: keys are commands, and signals are heard.
            if case .voiceGranted = event { await keyboard.start() }
            await shell.handle(.session(event))
        }
        await keyboard.stop()
        ticker.cancel()
        tidier.cancel()
        await engine.stop()
        await shell.close()
        for task in [sender, listener, ticker, tidier] { await task.value }
        return Outcome(
            failure: await shell.failure ?? error.map { CommandFailure($0) },
            isLoginRefused: error?.code == .authenticationFailed)
    }

    private func engine(_ configuration: VoiceEngineConfiguration) throws(CommandFailure) -> VoiceEngine {
        let channelCount = options.profile.channelCount
        let source = try source(channelCountMax: configuration.encoder.channelCount)
        let sink = try sink(channelCountMax: channelCount)
        if source.channelCount < configuration.encoder.channelCount, options.input != AudioSources.silentDeviceName {
            prompt.tell("“\(TerminalText.name(source.name))” has one channel: you are heard in mono.")
        }
        if sink.channelCount < channelCount {
            prompt.tell("“\(TerminalText.name(sink.name))” has one channel: you hear in mono.")
        }
        var configuration = configuration
        configuration.encoder.channelCount = source.channelCount
        do throws(VoiceEngineError) {
            return try VoiceEngine(configuration: configuration, source: source, sink: sink)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func source(channelCountMax: Int) throws(CommandFailure) -> any AudioSource {
        do throws(AudioDeviceError) {
            return try AudioSources.open(
                name: options.input, timing: options.profile.captureTiming, channelCountMax: channelCountMax)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func sink(channelCountMax: Int) throws(CommandFailure) -> any AudioSink {
        do throws(AudioDeviceError) {
            guard let path = options.output, AudioSources.isSoundFile(path) else {
                return try AudioSinks.open(
                    name: options.output, timing: options.profile.playbackTiming, channelCountMax: channelCountMax)
            }
            return try DeferredFileSink(path: path, channelCount: channelCountMax)
        } catch {
            throw error.code == .fileInaccessible
                ? CommandFailure(.fileNotWritable, error.description) : CommandFailure(error)
        }
    }

    private func plan() throws(CommandFailure) -> RoomSessionPlan {
        var plan = try account()
        plan.registersFirst = options.registers
        plan.ciphers = VoiceCipher.available.map(\.rawValue)
        let roomPassword = RoomPassword(
            given: options.roomPassword ?? options.environment[RoomPassword.variable], prompt: prompt)
        plan.roomPassword = { await roomPassword.password(ofRoom: $0.name) }
        return plan
    }

    /// By the stored session, else by the password of whoever is named.
    private func account() throws(CommandFailure) -> RoomSessionPlan {
        var client = try options.clientOptions()
        let room = RoomSelector(parsing: options.room)
        if let stored = try options.storedAccount() {
            client.isPlaintext = client.isPlaintext || stored.isPlaintext
            return RoomSessionPlan(
                server: stored.server, options: client, username: stored.username,
                proof: .sessionToken(stored.sessionToken), room: room)
        }
        let server = try options.serverAddress()
        guard let user = options.user ?? options.environment["USER"], !user.isEmpty else {
            throw CommandFailure(.usage, "there is no user name: give --user, or set USER.")
        }
        let source = PasswordSource(file: options.passwordFile, environment: options.environment, prompt: prompt)
        return RoomSessionPlan(
            server: server, options: client, username: user,
            proof: .password(try source.password(user: user, server: server.description)), room: room)
    }

    /// Asked with the connection closed: a server does not wait for a person who has not logged in.
    private func mayRegister(_ user: String, after failure: CommandFailure) throws(CommandFailure) -> Bool {
        guard prompt.isPossible else { return false }
        let user = TerminalText.name(user)
        return try prompt.confirm("\(failure)\nIs “\(user)” new on this server, and shall the account be made now?")
    }

    private static let tickInterval: Duration = .milliseconds(100)
}
