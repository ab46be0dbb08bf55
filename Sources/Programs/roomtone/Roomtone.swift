import ArgumentParser

@main
struct Roomtone: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roomtone",
        abstract: "Talk with the people in a room of a Roomtone server.",
        discussion: """
            Two people talk like this, each at a terminal:

              roomtone talk --server chat.example.org --room General --user ada --register
              roomtone talk --server chat.example.org --room General --user bob --register
            """,
        subcommands: [TalkCommand.self, DevicesCommand.self])
}
