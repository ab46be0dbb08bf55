import Glibc

/// The terminal's output, opened once more: not to be held up by a frozen terminal must not be a property of the descriptor that we
/// share with the shell. Closed with the last reference.
final class ScreenOutput: Sendable {
    let descriptor: Int32
    private let isOwn: Bool

    /// Where the terminal has no name here (another mount namespace), the descriptor itself, whose writer a frozen terminal holds up.
    init(_ output: Int32) {
        var name = [CChar](repeating: 0, count: Int(PATH_MAX))
        let opened =
            ttyname_r(output, &name, name.count) == 0
            ? open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1
        isOwn = opened >= 0
        descriptor = isOwn ? opened : output
    }

    deinit { if isOwn { close(descriptor) } }

    enum Outcome { case written, interrupted, failed }

    /// Writes all of it, however long the terminal takes, unless `wakeup` becomes readable and `mayGoOn` says no.
    func write(_ bytes: [UInt8], wakeup: Int32, mayGoOn: () -> Bool) -> Outcome {
        var rest = bytes[...]
        while !rest.isEmpty {
            var watched = [
                pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
            ]
            poll(&watched, nfds_t(watched.count), -1)
            guard mayGoOn() else { return .interrupted }
            guard watched[0].revents != 0 else { continue }
            // Piece by piece, so that there is a moment to stop in.
            let count = rest.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, min($0.count, Self.bytesPerWriteMax))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                return .failed
            }
        }
        return .written
    }

    private static let bytesPerWriteMax = 4_096
}
