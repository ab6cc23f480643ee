/// Thrown by a test that cannot go on.
struct Unexpected: Error {
  let what: String

  init(_ what: String) { self.what = what }
}
