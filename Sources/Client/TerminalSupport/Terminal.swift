import Glibc
import Synchronization

/// A terminal's mode and size. The mode found is put back by ``restore()`` and, at the latest, when the process exits.
///
/// Modes change at once (TCSANOW): waiting for what was written to be shown would wait for a frozen terminal.
/// Any thread.
public final class Terminal: Sendable {
    private let input: Int32
    private let state = Mutex(State())

    private struct State {
        /// What was found; nil while it is in force.
        var saved: termios?
        var farewell: (output: Int32, bytes: [UInt8])?
    }

    /// The mode to put back by `atexit`, for the ends that nobody foresaw.
    private static let atExit = Mutex<Terminal?>(nil)
    private static let registration: Void = {
        _ = atexit { Terminal.atExit.withLock { $0 }?.restore() }
    }()

    public init(input: Int32) {
        self.input = input
    }

    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Keys arrive one by one, unechoed; Ctrl-C and Ctrl-Z still make signals; Ctrl-S does not stop the output.
    public func makeRaw() {
        change { mode in
            mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
            mode.c_iflag &= ~tcflag_t(IXON)
            Self.readKeyByKey(&mode)
        }
    }

    /// Every key arrives as it is, Ctrl-C and Ctrl-Z too.
    public func makeScreen() {
        change { mode in
            mode.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            mode.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK)
            Self.readKeyByKey(&mode)
        }
    }

    /// What is typed is not shown: for passwords.
    public func hideInput() {
        change { mode in mode.c_lflag &= ~tcflag_t(ECHO) }
    }

    /// Has `bytes` written to `output` before the mode is put back, even by a crash: for whoever has told the terminal more than a
    /// mode. At most 64 KiB. The mode must have been changed before. A frozen terminal delays the end by 0.8 s at most.
    public func setFarewell(_ bytes: [UInt8], output: Int32) {
        state.withLock { state in
            guard let mode = state.saved else { return }
            state.farewell = (output, bytes)
            TerminalRescue.prepare(input: input, output: output, mode: mode, farewell: bytes)
        }
    }

    /// Whether the farewell is still to come: once it is written, by a crash too, nobody else may write.
    public var hasFarewell: Bool { state.withLock { $0.farewell != nil } && !TerminalRescue.hasActed }

    /// Puts the mode back that was found, after the farewell. Without a change before, nothing; nothing either while another
    /// program has the terminal.
    public func restore() {
        state.withLock { state in
            guard var mode = state.saved.take() else { return }
            guard TerminalRescue.isInForeground(input) else { return }
            if let farewell = state.farewell.take() {
                TerminalRescue.standDown()
                TerminalRescue.write(farewell.bytes, farewell.bytes.count, to: farewell.output)
                // Releases of keys and answers that are under way are nothing for the shell that reads this terminal next.
                tcflush(input, TCIFLUSH)
            }
            tcsetattr(input, TCSANOW, &mode)
        }
    }

    private func change(_ change: (inout termios) -> Void) {
        Self.registration
        Self.atExit.withLock { $0 = self }
        state.withLock { state in
            var mode = termios()
            guard tcgetattr(input, &mode) == 0 else { return }
            if state.saved == nil { state.saved = mode }
            change(&mode)
            tcsetattr(input, TCSANOW, &mode)
        }
    }

    /// VMIN and VTIME: a read returns with the first key.
    private static func readKeyByKey(_ mode: inout termios) {
        mode.c_cc.6 = 1
        mode.c_cc.5 = 0
    }

    /// Columns of the terminal behind an output; 80 where it does not say.
    public static func columns(of descriptor: Int32) -> Int { size(of: descriptor).columns }

    /// Columns and rows of the terminal behind an output; 80 and 24 where it does not say.
    public static func size(of descriptor: Int32) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return (columnsDefault, rowsDefault) }
        return (
            size.ws_col > 0 ? Int(size.ws_col) : columnsDefault, size.ws_row > 0 ? Int(size.ws_row) : rowsDefault
        )
    }

    private static let columnsDefault = 80
    private static let rowsDefault = 24
}
