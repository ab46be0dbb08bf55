import ArgumentParser
import ChatCommands

struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Make an account on a server, and stay logged in.",
        discussion: LoginCommand.passwords)

    @OptionGroup var chat: ChatArguments

    @Flag(name: .customLong("default"), help: "Use this login where none is named; the first one is anyway.")
    var isDefault = false

    func run() async throws { try await chat.run { try await $0.register(isDefault: isDefault) } }
}

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a server; later commands need no password.",
        discussion: passwords)

    static let passwords = """
        --server is needed; --user is $USER if it is not given. The password is asked for, or taken from \
        ROOMTONE_PASSWORD or --password-file; it is not stored, a session is.
        """

    @OptionGroup var chat: ChatArguments

    @Flag(name: .customLong("default"), help: "Use this login where none is named; the first one is anyway.")
    var isDefault = false

    func run() async throws { try await chat.run { try await $0.logIn(isDefault: isDefault) } }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End the stored session, and forget it.")

    @OptionGroup var chat: ChatArguments

    @Flag(help: "End every session of the account, on every device.")
    var everywhere = false

    func run() async throws { try await chat.run { try await $0.logOut(everywhere: everywhere) } }
}

struct PasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change your password; other sessions end.",
        discussion: """
            Both are asked for, or taken from ROOMTONE_PASSWORD and ROOMTONE_NEW_PASSWORD, or from --password-file and \
            --new-password-file.
            """)

    @OptionGroup var chat: ChatArguments

    @Option(help: ArgumentHelp("Read the new password from the first line of this file.", valueName: "file"))
    var newPasswordFile: String?

    func run() async throws {
        try await chat.run { try await $0.changePassword(newPasswordFile: newPasswordFile) }
    }
}

struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List where your account is logged in.")

    @OptionGroup var chat: ChatArguments

    func run() async throws { try await chat.run { try await $0.listSessions() } }
}
