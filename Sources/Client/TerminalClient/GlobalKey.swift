import Glibc
import LockFree
import TerminalSupport

/// Watches one key on all keyboards of this machine, whichever window has the focus (evdev).
///
/// A thread of its own sleeps until a device has something to say; devices that are plugged in later are found. Nobody else
/// is kept from the key. Needs to be allowed to read `/dev/input/event*`, which most systems give to the group `input`.
final class GlobalKey: Sendable {
    /// Most devices that are watched; more are passed over.
    static let devicesMax = 64

    private let stopping: EventSignal
    private let thread: DedicatedThread
    /// Devices that were found at the start and have the key.
    let deviceCount: Int

    /// Starts the thread. Throws when there is nothing that may be read, with what to do.
    /// - Parameters:
    ///   - folder: where the devices are.
    ///   - hasKey: whether the device behind a descriptor has such a key.
    ///   - tell: called on the thread when the key goes down on the first device and up on the last.
    init(
        _ key: KeyCode, folder: String = "/dev/input",
        hasKey: @escaping @Sendable (Int32, KeyCode) -> Bool = InputDevice.hasKey,
        tell: @escaping @Sendable (_ isDown: Bool) -> Void
    ) throws(CommandFailure) {
        do {
            let stopping = try EventSignal()
            self.stopping = stopping
            let watch = KeyWatch(key, folder: folder, hasKey: hasKey, stopping: stopping.fileDescriptor, tell: tell)
            try watch.begin()
            deviceCount = watch.deviceCount
            thread = try DedicatedThread(name: "global-key") { watch.run() }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.software, "the global key cannot be watched: \(error).")
        }
    }

    /// Ends the thread; once. A key that is down is told as let go.
    func stop() async {
        stopping.signal()
        await thread.ended()
    }
}

/// What the thread owns; nobody else touches it once the thread runs.
private final class KeyWatch: @unchecked Sendable {
    private struct Device {
        var descriptor: Int32
        var name: String
        var decoder: KeyEventDecoder
    }

    private let key: KeyCode
    private let folder: String
    private let hasKey: @Sendable (Int32, KeyCode) -> Bool
    private let stopping: Int32
    private let tell: @Sendable (Bool) -> Void
    private var devices: [Device] = []
    private var plugging: Int32 = -1
    private var isDown = false
    /// Of the last look at the folder: devices that this user may not read.
    private var forbiddenCount = 0

    init(
        _ key: KeyCode, folder: String, hasKey: @escaping @Sendable (Int32, KeyCode) -> Bool, stopping: Int32,
        tell: @escaping @Sendable (Bool) -> Void
    ) {
        self.key = key
        self.folder = folder
        self.hasKey = hasKey
        self.stopping = stopping
        self.tell = tell
    }

    deinit {
        for device in devices { close(device.descriptor) }
        if plugging >= 0 { close(plugging) }
    }

    var deviceCount: Int { devices.count }

    func begin() throws(CommandFailure) {
        // Before the first look, lest a keyboard come in between. A device gets its group and mode after it was made.
        plugging = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
        guard plugging >= 0, inotify_add_watch(plugging, folder, UInt32(IN_CREATE | IN_ATTRIB)) >= 0 else {
            throw CommandFailure(
                .device,
                "\(folder) cannot be watched (\(String(cString: strerror(errno)))): this system has no input "
                    + "devices, so there is no global key.")
        }
        open()
        guard !devices.isEmpty || forbiddenCount == 0 else {
            throw CommandFailure(
                .permission,
                "the global key \(key) needs to read \(folder)/event*, which you may not: run “sudo usermod -aG input "
                    + "$USER”, then log out and in again. Every program of yours can then read all keys.")
        }
    }

    func run() {
        while true {
            var watched = ([stopping, plugging] + devices.map(\.descriptor)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
            if watched[0].revents != 0 { break }
            let gone = devices.indices.filter { watched[$0 + 2].revents != 0 && !read($0) }
            for index in gone.reversed() { close(devices.remove(at: index).descriptor) }
            tell(isDown: isDownOnAny())
            if watched[1].revents != 0 {
                drain()
                open()
            }
        }
        tell(isDown: false)
    }

    private func isDownOnAny(but index: Int? = nil) -> Bool {
        devices.indices.contains { $0 != index && devices[$0].decoder.isDown }
    }

    private func tell(isDown isNowDown: Bool) {
        guard isNowDown != isDown else { return }
        isDown = isNowDown
        tell(isNowDown)
    }

    /// Opens what is not open yet.
    private func open() {
        forbiddenCount = 0
        for name in names() where !devices.contains(where: { $0.name == name }) && devices.count < GlobalKey.devicesMax
        {
            let descriptor = Glibc.open(folder + "/" + name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor < 0 && (errno == EACCES || errno == EPERM) { forbiddenCount += 1 }
            guard descriptor >= 0 else { continue }
            if hasKey(descriptor, key) {
                devices.append(Device(descriptor: descriptor, name: name, decoder: KeyEventDecoder(key: key)))
            } else {
                close(descriptor)
            }
        }
    }

    private func names() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("event") { names.append(name) }
        }
        return names.sorted()
    }

    /// False when the device is gone.
    private func read(_ index: Int) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.recordsRead * KeyEventDecoder.recordByteCount)
        let count = Glibc.read(devices[index].descriptor, &bytes, bytes.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else { return false }
        let isDownElsewhere = isDownOnAny(but: index)
        // A press and its release in one read are two things to tell.
        for isDownHere in devices[index].decoder.changes(in: bytes[..<count]) {
            tell(isDown: isDownHere || isDownElsewhere)
        }
        return true
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while Glibc.read(plugging, &bytes, bytes.count) > 0 {}
    }

    private static let recordsRead = 64
}
