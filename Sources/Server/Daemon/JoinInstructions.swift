import Foundation

/// What the person who started the server passes on to those who shall join.
struct JoinInstructions {
    private let listeningHost: String
    private let controlPort: UInt16
    private let voicePort: UInt16
    private let fingerprint: String
    private let dataDirectory: String
    private let ownershipToken: String?
    private let operations: String?

    /// - Parameters:
    ///   - ownershipToken: makes an account the owner; nil when there is an owner.
    ///   - operations: address and port of metrics and health; nil where they are switched off.
    init(
        listeningHost: String, controlPort: UInt16, voicePort: UInt16, fingerprint: String, dataDirectory: String,
        ownershipToken: String? = nil, operations: String? = nil
    ) {
        self.listeningHost = listeningHost
        self.controlPort = controlPort
        self.voicePort = voicePort
        self.fingerprint = fingerprint
        self.dataDirectory = dataDirectory
        self.ownershipToken = ownershipToken
        self.operations = operations
    }

    var text: String {
        """
        Roomtone is running on \(hosts[0]).
        TCP port \(controlPort) is for control and text, UDP port \(voicePort) for voice.
        Data: \(dataDirectory)
        Certificate fingerprint (SHA-256), to compare when a client asks:
          SHA256:\(fingerprint)
        Join with (add --register the first time):
        \(hosts.map(command).joined(separator: "\n"))
        \(watching)\(ownership)Stop with Ctrl-C.
        """
    }

    private var watching: String {
        operations.map { "Metrics and health: http://\($0)/metrics and /readyz\n" } ?? ""
    }

    /// For whoever started the server only: empty once somebody owns it.
    private var ownership: String {
        guard let ownershipToken else { return "" }
        return """
            Nobody owns this server yet. Make an account, log in with it, and make it the owner, once, with
              roomtone admin claim-ownership \(ownershipToken)
            Keep the token to yourself; the next start prints a new one until it was used.

            """
    }

    /// Where clients find the server, for other machines first. Listening everywhere has no address of its
    /// own: the machine's name stands for it.
    private var hosts: [String] {
        let isEverywhere = listeningHost == "::" || listeningHost == "0.0.0.0"
        guard isEverywhere else { return [listeningHost] }
        let name = ProcessInfo.processInfo.hostName
        return name == "localhost" ? [name] : [name, "localhost"]
    }

    private func command(_ host: String) -> String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return "  roomtone talk --server \(bracketed):\(controlPort) --room General --user NAME"
    }
}
