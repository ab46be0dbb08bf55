import AudioTestSupport

extension TestServer {
    /// `roomtone` alone, in a terminal, as somebody who has never been here: no account, no settings.
    func firstStart(_ user: String, columns: Int = 120, rows: Int = 24) throws -> TmuxScreen {
        var variables = environment(user)
        variables["ROOMTONE_PASSWORD"] = nil
        return try TmuxScreen([Program.path(of: "roomtone")], environment: variables, columns: columns, rows: rows)
    }

    /// `roomtone` alone, in a terminal, logged in with an account of its own and with the room General on the screen.
    func interface(
        _ user: String, _ arguments: [String] = [], columns: Int = 120, rows: Int = 24,
        environment more: [String: String] = [:]
    ) throws -> TmuxScreen {
        let end = try Program.run(
            "roomtone", ["register", "--server", address, "--user", user], environment: environment(user))
        guard end.status == 0 else { throw Program.Failure(description: "no account: \(end.errors)") }
        return try returning(user, arguments, columns: columns, rows: rows, environment: more)
    }

    /// The same with the account that is there already.
    func returning(
        _ user: String, _ arguments: [String] = [], columns: Int = 120, rows: Int = 24,
        environment more: [String: String] = [:]
    ) throws -> TmuxScreen {
        var variables = environment(user).merging(more) { $1 }
        variables["ROOMTONE_PASSWORD"] = nil
        let screen = try TmuxScreen(
            [Program.path(of: "roomtone"), "--room", "General"] + arguments, environment: variables, columns: columns,
            rows: rows)
        try screen.waitFor("# General")
        return screen
    }

    /// With a microphone and a speaker of its own.
    func interface(_ user: String, _ devices: VirtualDevices, columns: Int = 120, rows: Int = 24) throws -> TmuxScreen {
        try interface(
            user, ["--input", devices.microphone, "--output", devices.speaker], columns: columns, rows: rows,
            environment: PulseAudioServer.shared().environment)
    }

    var address: String { "127.0.0.1:\(port)" }
}
