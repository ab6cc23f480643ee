/// Which methods a path has: what tells "no such thing" from "not in this way".
enum PathMethods {
  /// - Returns: nil where there is nothing at the path.
  static func allowed(at path: String) -> [String]? {
    let parts = path.split(separator: "/")
    switch parts.first {
    case nil: return ["GET"]
    case "exec" where parts.count == 1: return ["POST"]
    case "healthz", "readyz", "metrics", "openapi.json": return parts.count == 1 ? ["GET"] : nil
    case "tasks":
      switch parts.count {
      case 1: return ["GET", "POST"]
      case 2: return ["GET", "DELETE"]
      case 3: return parts[2] == "events" ? ["GET"] : nil
      default: return parts[2] == "artifacts" ? ["GET"] : nil
      }
    default: return nil
    }
  }
}
