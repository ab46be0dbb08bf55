import ArgumentParser

@main
struct Roomtone: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roomtone",
        abstract: "Talk and write with the people in the rooms of a Roomtone server.",
        discussion: """
            Without a subcommand, “roomtone” opens a full-screen interface for all of it. For scripts, from nothing to a \
            conversation:

              roomtone register --server chat.example.org --user ada
              roomtone rooms
              roomtone send --room General hello everybody
              roomtone follow --room General
              roomtone talk --room General

            Exit status, of every command: 0 done; 64 wrong option or value; 65 sound file of the wrong kind; 66 file \
            missing; 67 no such room, user or message; 69 server not reachable; 70 internal error; 73 output file not \
            writable; 74 sound device or output; 75 a limit: try later; 76 not a Roomtone server of this version; 77 \
            password, permission or certificate refused; 78 stored logins or known servers unusable, or not logged in; \
            130 interrupted.
            """,
        subcommands: [
            InterfaceCommand.self, RegisterCommand.self, LoginCommand.self, LogoutCommand.self, PasswordCommand.self,
            SessionsCommand.self,
            SendCommand.self, PrivateCommand.self, EditCommand.self, DeleteCommand.self, HistoryCommand.self,
            FollowCommand.self, SearchCommand.self, UnreadCommand.self, MarkReadCommand.self, RoomsCommand.self,
            UsersCommand.self, AdminCommand.self, TalkCommand.self, DevicesCommand.self,
        ],
        defaultSubcommand: InterfaceCommand.self)
}
