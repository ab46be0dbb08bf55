import Glibc
import TerminalSupport

/// Brings keys, lines and signals to the shell, from the moment it is started.
actor TalkKeyboard {
    private let input: Int32
    private let shell: TalkShell
    private let isKeys: Bool
    private var reader: TalkReader?
    private var task: Task<Void, Never>?
    private var keys = KeyParser()
    private var lines = CommandLineParser()

    /// - Parameter isKeys: keys one by one, from a terminal in raw mode; else commands, a line each.
    init(input: Int32, isKeys: Bool, shell: TalkShell) {
        self.input = input
        self.isKeys = isKeys
        self.shell = shell
    }

    /// The second time it does nothing.
    func start() async {
        guard task == nil else { return }
        do throws(CommandFailure) {
            let reader = try TalkReader(input: input)
            self.reader = reader
            await shell.resume()
            task = Task { for await event in reader.events { await handle(event) } }
        } catch {
            await shell.handle(.failed(error))
        }
    }

    func stop() async {
        await reader?.stop()
        await task?.value
    }

    private func handle(_ event: TalkReader.Event) async {
        switch event {
        case .bytes(let bytes): await obey(bytes)
        case .endOfInput:
            if !isKeys, let last = lines.finishLine() { await obey(last) }
        case .signal(SIGTSTP): await shell.suspend()
        case .signal(SIGCONT): await shell.resume()
        case .signal: await shell.handle(.interrupted)
        case .timeout: break  // Never asked for.
        }
    }

    private func obey(_ bytes: [UInt8]) async {
        if isKeys {
            for command in keys.commands(in: bytes) { await shell.handle(.command(command)) }
        } else {
            for command in lines.commands(in: bytes) { await obey(command) }
        }
    }

    private func obey(_ command: CommandLineParser.Command) async {
        switch command {
        case .known(let command): await shell.handle(.command(command))
        case .unknown(let text): await shell.handle(.commandUnknown(text))
        }
    }
}
