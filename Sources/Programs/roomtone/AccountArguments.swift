import ArgumentParser

/// Whom a command goes to, and as whom: the options of all that use a stored login.
struct AccountArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("The server, if it is not that of the stored default login.", valueName: "host[:port]"))
    var server: String?

    @Option(help: ArgumentHelp("Your account, if it is not that of the stored login.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Read your password from the first line of this file.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Accept only the certificate with this SHA-256 fingerprint.", valueName: "SHA256:…"))
    var fingerprint: String?

    @Flag(help: "No encryption: for a server on this machine only.")
    var plaintext = false
}
