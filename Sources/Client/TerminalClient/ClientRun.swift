import Glibc
import RoomClient
import TerminalSupport
import TerminalUI

/// `roomtone` without a subcommand, from options to exit status.
public struct ClientRun: Sendable {
    private let options: ClientOptions
    private let input: Int32
    private let output: Int32

    /// Over standard input and output.
    public init(_ options: ClientOptions) { self.init(options, input: STDIN_FILENO, output: STDOUT_FILENO) }

    init(_ options: ClientOptions, input: Int32, output: Int32) {
        self.options = options
        self.input = input
        self.output = output
    }

    /// Runs until the person leaves or nothing can be mended. Call once; takes terminal and signals of the process meanwhile.
    public func run() async throws(CommandFailure) {
        // A pipe whose reader has gone is an error of write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let isPerson = Terminal.isTerminal(input)
        guard options.isPlain || (isPerson && Terminal.isTerminal(output)) else {
            throw CommandFailure(
                .usage,
                "the interface needs a terminal for input and output: use --plain for lines, or a subcommand (--help).")
        }
        let login = try login()
        guard login != nil || isPerson else {
            throw CommandFailure(
                .configuration,
                "nobody is logged in: run “roomtone login” once, or give --server, --user and ROOMTONE_PASSWORD.")
        }
        let shellOptions = try shellOptions(isPerson: isPerson)
        var model = try model(login)
        let interface: any ClientInterface
        if options.isPlain {
            // The beginning is told, too.
            var blank = model
            (blank.link, blank.overlay, blank.notices) = (.none, nil, [])
            interface = try PlainInterface(input: input, output: output, model: blank)
        } else {
            let screen = try FullScreen(input: input, output: output, environment: options.environment)
            model.size = screen.size
            interface = screen
        }
        let shell = ClientShell(model: model, options: shellOptions, interface: interface)
        if let failure = await shell.run(login) { throw failure }
    }

    // MARK: What it begins with

    private func model(_ login: Login?) throws(CommandFailure) -> Model {
        var settings = Settings()
        var problems: [String] = []
        if let path = settingsPath { (settings, problems) = try SettingsFile(path: path).read() }
        if let input = options.input { settings.inputDevice = input }
        if let output = options.output { settings.outputDevice = output }
        // https://no-color.org
        if let word = options.environment["NO_COLOR"], !word.isEmpty { settings.colors = .none }
        var model = Model(
            size: Model.Size(columns: 80, rows: 24), settings: settings, server: login?.server ?? options.server ?? "",
            user: login?.user ?? "", clientIDPrefix: ClientMessageID.make(), wallClockStart: LocalTime.milliseconds,
            zone: LocalTime.zone)
        model.wantedRoom = options.room
        model.notices = problems.prefix(Self.problemsShown).map {
            Model.Notice(text: TerminalText.line($0), isError: true, until: Self.problemLifetime)
        }
        if login == nil {
            model.overlay = .setup(
                SetupForm(
                    server: options.server ?? "", user: options.user ?? options.environment["USER"] ?? ""))
        } else {
            model.link = .connecting
        }
        return model
    }

    /// The stored session that the options mean, else the password that they give; nil when the person is to be asked.
    private func login() throws(CommandFailure) -> Login? {
        let stored: StoredAccount?
        do throws(RoomClientError) {
            let server = try options.server.map { (text) throws(RoomClientError) in try ServerAddress(parsing: text) }
            stored = try StoredAccount.find(server: server, user: options.user, environment: options.environment)
        } catch {
            throw CommandFailure(error)
        }
        if let stored {
            return Login(
                server: stored.server.description, user: stored.username, password: nil, registers: false)
        }
        let source = PasswordSource(
            file: options.passwordFile, environment: options.environment, prompt: TerminalPrompt(input: -1, output: -1))
        guard let server = options.server, let user = options.user,
            options.passwordFile != nil || options.environment[PasswordSource.variable] != nil
        else { return nil }
        let password = try source.password(user: user, server: server)
        return Login(server: server, user: user, password: password, registers: false)
    }

    private func shellOptions(isPerson: Bool) throws(CommandFailure) -> ShellOptions {
        var shell = ShellOptions()
        shell.isPlain = options.isPlain
        shell.isPlaintext = options.isPlaintext
        shell.demandedFingerprint = try CertificateFingerprint(option: options.fingerprint)
        shell.asksFirstUse = isPerson
        shell.knownServersPath = KnownServersFile.pathDefault(environment: options.environment)
        shell.credentialsPath = CredentialsFile.pathDefault(environment: options.environment)
        shell.settingsPath = settingsPath
        shell.device = LoginDevice.name
        return shell
    }

    private var settingsPath: String? {
        options.settingsFile ?? SettingsFile.pathDefault(environment: options.environment)
    }

    /// Lines of the settings file that are named at the start; the others can wait until these are mended.
    private static let problemsShown = 4
    private static let problemLifetime: Duration = .seconds(30)
}
