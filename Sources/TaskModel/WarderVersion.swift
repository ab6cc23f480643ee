/// The version of the whole project: of `warder-init`, `warder` and the images.
package enum WarderVersion {
  package static let text = "0.1.0"
}
