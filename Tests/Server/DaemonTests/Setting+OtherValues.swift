@testable import Daemon

extension Setting {
    /// Values that are allowed and are not the default, as they would stand in a file: its bounds, if it has any, first.
    var otherValues: [String] {
        let bounds = allowed.split(separator: " ")[0].split(separator: "…").map(String.init)
        let words = [
            "true", "false", "debug", "cache=trace", "json", "redis", "guest", "127.0.0.2", "changed", "unix:///s",
        ]
        let before = DaemonConfiguration()
        return ((bounds.count == 2 ? bounds : []) + words).filter { value in
            var changed = before
            return read(value, &changed) && write(changed) != write(before)
        }
    }
}
