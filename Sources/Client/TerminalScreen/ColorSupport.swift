/// How many colours a terminal is given. Pure.
enum ColorSupport {
    static let trueColorCount = 16_777_216

    /// 0, 8, 16, 256 or 16,777,216: terminfo's number, more if the environment is known to tell the truth
    /// (`COLORTERM`), none at all where `NO_COLOR` is set to something (<https://no-color.org>).
    static func count(
        terminfoCount: Int, hasTrueColorFlag: Bool, terminal: String, environment: [String: String]
    ) -> Int {
        if let refusal = environment["NO_COLOR"], !refusal.isEmpty { return 0 }
        if hasTrueColorFlag || terminfoCount > 256 { return trueColorCount }
        // GNU screen inherits the variable from the terminal around it and takes no such colours; tmux does.
        let isScreen = terminal.hasPrefix("screen") && environment["TMUX"] == nil
        let claim = environment["COLORTERM"]?.lowercased()
        if claim == "truecolor" || claim == "24bit", !isScreen, terminfoCount >= 8 { return trueColorCount }
        return [256, 16, 8].first { $0 <= terminfoCount } ?? 0
    }
}
