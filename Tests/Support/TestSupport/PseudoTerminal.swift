import Foundation

/// A pair of pseudo-terminal ends: what the program sees, and what the person's side sees.
public final class PseudoTerminal: Sendable {
    public let master: Int32
    public let device: Int32
    public let path: String

    public struct Failure: Error, CustomStringConvertible { public let description: String }

    public init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (isLocked, number): (Int32, Int32) = (0, 0)
        guard ioctl(master, Self.setLock, &isLocked) == 0, ioctl(master, Self.getNumber, &number) == 0 else {
            throw Failure(description: "no pseudo-terminal: errno \(errno)")
        }
        path = "/dev/pts/\(number)"
        device = open(path, O_RDWR | O_NOCTTY)
        guard device >= 0 else { throw Failure(description: "\(path) does not open: errno \(errno)") }
    }

    deinit {
        close(master)
        close(device)
    }

    public var mode: termios {
        var mode = termios()
        tcgetattr(device, &mode)
        return mode
    }

    public func setSize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Reads what the program writes until `text` is in it; false when it closes before, or writes nothing for ``patience``.
    public func shows(_ text: String) async -> Bool {
        String(decoding: await read(to: text), as: UTF8.self).contains(text)
    }

    /// Reads what the program writes until `text` is in it, it closes before, or writes nothing for ``patience``. Bytes behind the text
    /// are read only as far as they came with it.
    public func read(to text: String) async -> [UInt8] {
        await withCheckedContinuation { answer in
            Thread.detachNewThread { [self] in
                var shown: [UInt8] = []
                var bytes = [UInt8](repeating: 0, count: 4_096)
                while !String(decoding: shown, as: UTF8.self).contains(text), waitsForBytes() {
                    let count = Foundation.read(master, &bytes, bytes.count)
                    guard count > 0 else { break }
                    shown += bytes[..<count]
                }
                answer.resume(returning: shown)
            }
        }
    }

    /// How long a program may write nothing: what does not come by then is a test that fails, not one that hangs.
    public static let patience: Duration = .seconds(60)

    private func waitsForBytes() -> Bool {
        var watched = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, Int32(Self.patience / .milliseconds(1))) == 1
    }

    /// What has been written and not been read: never waits.
    public func readWaiting() -> [UInt8] {
        var shown: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4_096)
        var watched = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while poll(&watched, 1, 0) == 1, watched.revents & Int16(POLLIN) != 0 {
            let count = Foundation.read(master, &bytes, bytes.count)
            guard count > 0 else { break }
            shown += bytes[..<count]
        }
        return shown
    }

    /// TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which Swift does not import.
    private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
}
