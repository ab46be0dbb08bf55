/// Why a benchmark or a load test could not be run, in one line for whoever runs it.
public struct LoadError: Error, CustomStringConvertible, Sendable {
    public let description: String
    package init(_ description: String) { self.description = description }
}
