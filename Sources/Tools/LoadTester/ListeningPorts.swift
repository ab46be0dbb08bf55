import Foundation
import Glibc

/// Which process of this machine listens on a TCP port.
enum ListeningPorts {
    /// Nil when none does, or when it belongs to somebody else and the kernel does not tell.
    static func process(listeningOn port: UInt16) -> pid_t? {
        var inodes: Set<UInt64> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let text = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
            inodes.formUnion(self.inodes(listeningOn: port, in: text))
        }
        guard !inodes.isEmpty else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.lazy.compactMap { pid_t($0) }.first { holds(process: $0, anyOf: inodes) }
    }

    /// Sockets that listen on the port, by their inodes: pure.
    /// - Parameter table: as `/proc/net/tcp` has it (proc(5)).
    static func inodes(listeningOn port: UInt16, in table: String) -> [UInt64] {
        table.split(separator: "\n").compactMap { line in
            // sl, local address, remote address, state, queues, timer, retransmits, user, time-out, inode.
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, fields[3] == listening, let colon = fields[1].lastIndex(of: ":"),
                UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return UInt64(fields[9])
        }
    }

    private static func holds(process: pid_t, anyOf inodes: Set<UInt64>) -> Bool {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { name in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"),
                target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast())
            else { return false }
            return inodes.contains(inode)
        }
    }

    /// TCP_LISTEN, in hexadecimal.
    private static let listening: Substring = "0A"
}
