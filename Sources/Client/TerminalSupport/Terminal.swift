import Glibc
import Synchronization

/// A terminal's mode and size. The mode found is put back by ``restore()`` and, at the latest, when the process exits.
///
/// Modes change at once (TCSANOW): waiting for what was written to be shown would wait for a frozen terminal.
/// Any thread.
public final class Terminal: Sendable {
    private let input: Int32
    private let saved: Mutex<termios?>

    /// The mode to put back by `atexit`, for the ends that nobody foresaw.
    private static let atExit = Mutex<Terminal?>(nil)
    private static let registration: Void = {
        _ = atexit { Terminal.atExit.withLock { $0 }?.restore() }
    }()

    public init(input: Int32) {
        self.input = input
        saved = Mutex(nil)
    }

    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Keys arrive one by one, unechoed; Ctrl-C and Ctrl-Z still make signals; Ctrl-S does not stop the output.
    public func makeRaw() {
        change { mode in
            mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
            mode.c_iflag &= ~tcflag_t(IXON)
            // VMIN and VTIME: a read returns with the first key.
            mode.c_cc.6 = 1
            mode.c_cc.5 = 0
        }
    }

    /// What is typed is not shown: for passwords.
    public func hideInput() {
        change { mode in mode.c_lflag &= ~tcflag_t(ECHO) }
    }

    /// Puts the mode back that was found. Without a change before, nothing.
    public func restore() {
        saved.withLock { saved in
            guard var mode = saved.take() else { return }
            tcsetattr(input, TCSANOW, &mode)
        }
    }

    private func change(_ change: (inout termios) -> Void) {
        Self.registration
        Self.atExit.withLock { $0 = self }
        saved.withLock { saved in
            var mode = termios()
            guard tcgetattr(input, &mode) == 0 else { return }
            if saved == nil { saved = mode }
            change(&mode)
            tcsetattr(input, TCSANOW, &mode)
        }
    }

    /// Columns of the terminal behind an output; 80 where it does not say.
    public static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return columnsDefault }
        return Int(size.ws_col)
    }

    private static let columnsDefault = 80
}
