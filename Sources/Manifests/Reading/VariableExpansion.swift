/// `$(NAME)` in command, args and env, as the kubelet replaces it: by a variable that is defined before, `$$(NAME)` standing
/// for `$(NAME)` itself; what names no variable stays (k8s.io/kubernetes/third_party/forked/golang/expansion).
package enum VariableExpansion {
  /// The text of which `expand` makes `text`, whatever variables there are.
  package static func escape(_ text: String) -> String {
    text.contains("$(") || text.contains("$$") ? text.replacing("$", with: "$$") : text
  }

  package static func expand(_ text: String, _ value: (String) -> String?) -> String {
    var result = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      guard scalars[index] == "$", index + 1 < scalars.count else {
        result.append(scalars[index])
        index += 1
        continue
      }
      if scalars[index + 1] == "$" {
        result.append("$")
        index += 2
      } else if scalars[index + 1] == "(", let end = scalars[(index + 2)...].firstIndex(of: ")") {
        var name = String.UnicodeScalarView()
        name.append(contentsOf: scalars[(index + 2)..<end])
        let known = value(String(name))
        result.append(contentsOf: (known ?? "$(\(String(name)))").unicodeScalars)
        index = end + 1
      } else {
        result.append("$")
        index += 1
      }
    }
    return String(result)
  }
}
