import HTTPTypes
import JSONText
import Rooms

/// The description of the administration for programs (OpenAPI 3.1), made from its routes.
enum OpenAPIDocument {
    static let bytes: [UInt8] = {
        var writer = JSONWriter(capacity: 16_384)
        write(to: &writer)
        return writer.bytes
    }()

    private static func write(to writer: inout JSONWriter) {
        writer.object {
            $0.member("openapi") { $0.string("3.1.0") }
            $0.member("info") {
                $0.object {
                    $0.member("title") { $0.string("Roomtone administration") }
                    $0.member("version") { $0.string("1") }
                    $0.member("description") {
                        $0.string(
                            "Bodies and answers have the fields of the control channel's messages of the same name. "
                                + "Times are milliseconds since 1970.")
                    }
                }
            }
            $0.member("servers") {
                $0.array { $0.object { $0.member("url") { $0.string("/api/v1") } } }
            }
            $0.member("security") {
                $0.array { $0.object { $0.member("bearer") { $0.array { _ in } } } }
            }
            $0.member("paths") { paths(to: &$0) }
            $0.member("components") {
                $0.object {
                    $0.member("securitySchemes") {
                        $0.object {
                            $0.member("bearer") {
                                $0.object {
                                    $0.member("type") { $0.string("http") }
                                    $0.member("scheme") { $0.string("bearer") }
                                }
                            }
                        }
                    }
                    $0.member("schemas") {
                        $0.object { for schema in APISchema.all { schema.write(to: &$0) } }
                    }
                }
            }
        }
    }

    private static func paths(to writer: inout JSONWriter) {
        var paths: [String] = []
        for route in AdministrationRoute.all where !paths.contains(route.path) { paths.append(route.path) }
        writer.object {
            for path in paths {
                $0.member(path) {
                    $0.object {
                        for route in AdministrationRoute.all where route.path == path { operation(route, to: &$0) }
                    }
                }
            }
        }
    }

    private static func operation(_ route: AdministrationRoute, to writer: inout JSONWriter) {
        writer.member(route.method.rawValue.lowercased()) {
            $0.object {
                $0.member("operationId") { $0.string(route.operation) }
                $0.member("summary") { $0.string(route.summary) }
                let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }
                if !inPath.isEmpty || !route.query.isEmpty {
                    $0.member("parameters") {
                        $0.array {
                            for name in inPath {
                                parameter(String(name.dropFirst().dropLast()), nil, isInPath: true, to: &$0)
                            }
                            for query in route.query { parameter(query.name, query.help, isInPath: false, to: &$0) }
                        }
                    }
                }
                switch route.body {
                case .none: break
                case .message(let name): body(name, to: &$0)
                case .value: body("Value", to: &$0)
                }
                $0.member("responses") {
                    $0.object {
                        response("200", "Done.", route.answer, to: &$0)
                        response("default", "Refused.", .message("Error"), to: &$0)
                    }
                }
            }
        }
    }

    private static func parameter(_ name: String, _ help: String?, isInPath: Bool, to writer: inout JSONWriter) {
        writer.object {
            $0.member("name") { $0.string(name) }
            $0.member("in") { $0.string(isInPath ? "path" : "query") }
            $0.member("required") { $0.boolean(isInPath) }
            if let help { $0.member("description") { $0.string(help) } }
            $0.member("schema") {
                $0.object { $0.member("type") { $0.string(name == "key" ? "string" : "integer") } }
            }
        }
    }

    private static func body(_ schema: String, to writer: inout JSONWriter) {
        writer.member("requestBody") {
            $0.object {
                $0.member("required") { $0.boolean(true) }
                content(schema, to: &$0)
            }
        }
    }

    private static func response(
        _ status: String, _ text: String, _ answer: AdministrationRoute.Answer, to writer: inout JSONWriter
    ) {
        writer.member(status) {
            $0.object {
                $0.member("description") { $0.string(text) }
                switch answer {
                case .message(let schema): content(schema, to: &$0)
                case .file(let type):
                    // Bytes, of which there is nothing more to say (OpenAPI 3.1, Media Type Object).
                    $0.member("content") { $0.object { $0.member(type) { $0.object { _ in } } } }
                }
            }
        }
    }

    private static func content(_ schema: String, to writer: inout JSONWriter) {
        writer.member("content") {
            $0.object {
                $0.member("application/json") {
                    $0.object { $0.member("schema") { APISchema.reference(schema, to: &$0) } }
                }
            }
        }
    }
}

extension JSONWriter {
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    mutating func array(_ elements: (inout JSONWriter) -> Void) {
        beginArray()
        elements(&self)
        endArray()
    }

    mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
        self.name(name)
        value(&self)
    }
}
