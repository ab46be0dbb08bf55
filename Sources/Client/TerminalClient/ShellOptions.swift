import RoomClient

/// What the shell needs beside the model.
struct ShellOptions: Sendable {
    /// Lines instead of a screen.
    var isPlain = false
    var isPlaintext = false
    var demandedFingerprint: CertificateFingerprint?
    /// There is a person who can say whether a certificate is right; else the first one is believed, and told.
    var asksFirstUse = true
    /// Nil: no home folder, so that nothing is remembered.
    var knownServersPath: String?
    var credentialsPath: String?
    var settingsPath: String?
    /// What the server's list of sessions calls this one.
    var device = "roomtone"
}
