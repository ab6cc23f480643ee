/// Where the files that the tests use lie in the working copy that they were built from.
package enum Repository {
  /// The top of the working copy, without a slash at its end.
  package static let root: String = {
    let here = #filePath.split(separator: "/")
    // …/Tests/TestSupport/Repository.swift
    return "/" + here.dropLast(3).joined(separator: "/")
  }()

  package static func path(_ relative: String) -> String {
    root + "/" + relative
  }
}
