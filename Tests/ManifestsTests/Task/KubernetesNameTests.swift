import Manifests
import RandomInput
import Testing

@Suite("Names of Kubernetes")
struct KubernetesNameTests {
  @Test(
    "are made from a script's file name",
    arguments: [
      ("train.py", "train-"), ("Train model.py", "train-model-"), ("/a/b/x_y.tar.gz", "x-y-tar-"), (".py", "py-"),
      ("ä.py", "task-"), ("---.sh", "task-"), ("", "task-"), ("2026.py", "2026-"),
    ])
  func made(file: String, prefix: String) {
    var generator = SeededGenerator(seed: 1)
    let name = KubernetesName.make(forScript: file, using: &generator)
    #expect(name.hasPrefix(prefix))
    #expect(name.utf8.count == prefix.utf8.count + 5)
  }

  @Test("are labels, whatever the file is called")
  func always() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<2000 {
      let name = KubernetesName.make(
        forScript: generator.text(scalars: generator.size(below: 90)), using: &generator)
      #expect(KubernetesName.isLabel(name), "\(name)")
    }
  }
}
