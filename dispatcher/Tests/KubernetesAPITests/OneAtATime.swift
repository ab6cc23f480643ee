import Testing

/// Suites with a cluster of their own for each test: several at once would wait for each other's processes.
@Suite(.serialized)
enum OneAtATime {}
