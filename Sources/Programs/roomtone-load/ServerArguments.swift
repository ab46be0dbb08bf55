import ArgumentParser
import Foundation
import LoadTester
import RoomClient

/// Which server is tested.
struct ServerArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The server; the port is 8080 if none is given.", valueName: "host[:port]"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "Start this roomtoned for the test instead, on ports of its own and with its limits raised.",
            valueName: "file"))
    var serverProgram: String?

    @Option(help: ArgumentHelp("Accept only the certificate with this SHA-256 fingerprint.", valueName: "SHA256:…"))
    var fingerprint: String?

    @Option(
        help: ArgumentHelp(
            "The server's process on this machine, for its processor time and memory. (default: who listens on its port)",
            valueName: "pid"))
    var serverPid: Int32?

    @Option(
        help: ArgumentHelp(
            "Keep the accounts in this file and use them again: a server cannot delete any, and lets few be made in a row.",
            valueName: "file"))
    var accounts: String?

    func validate() throws {
        guard (server == nil) != (serverProgram == nil) else {
            throw ValidationError("Give either --server or --server-program.")
        }
        guard serverProgram == nil || (fingerprint == nil && serverPid == nil && accounts == nil) else {
            throw ValidationError("--fingerprint, --server-pid and --accounts go with --server only.")
        }
        if let serverPid, !FileManager.default.fileExists(atPath: "/proc/\(serverPid)") {
            throw ValidationError("--server-pid \(serverPid): there is no such process on this machine.")
        }
        if let fingerprint, CertificateFingerprint(parsing: fingerprint) == nil {
            throw ValidationError(
                "--fingerprint “\(fingerprint)”: give SHA256: and 64 hexadecimal digits, as the server prints it.")
        }
    }

    func withServer(_ progress: LoadProgress, _ body: (LoadServer) async throws -> Void) async throws {
        if let serverProgram {
            let own = try OwnServer(program: serverProgram)
            defer { own.stop() }
            try await body(own.server)
            return
        }
        let address = try ServerAddress(parsing: server ?? "")
        var options = RoomClientOptions()
        options.demandedFingerprint = fingerprint.flatMap { CertificateFingerprint(parsing: $0) }
        options.knownServersPath = KnownServersFile.pathDefault(environment: ProcessInfo.processInfo.environment)
        let (found, trust) = try await LoadServer.meet(address, options: options, process: serverPid)
        if let trust, trust.acceptance == .firstUse {
            progress.say(
                "first contact with \(address): its certificate is \(trust.fingerprint); "
                    + "compare it with what the server printed at its start")
        }
        try await body(found)
    }
}
