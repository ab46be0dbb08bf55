import Glibc

/// What an account's list of sessions calls this machine.
public enum LoginDevice {
    public static var name: String {
        var name = [CChar](repeating: 0, count: hostBytesMax)
        guard gethostname(&name, name.count - 1) == 0 else { return "roomtone" }
        return "roomtone on " + String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static let hostBytesMax = 49
}
