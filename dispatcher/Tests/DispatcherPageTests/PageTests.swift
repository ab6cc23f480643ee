import Testing

@testable import DispatcherPage

struct PageTests {
  private let page = String(decoding: Page.html, as: UTF8.self)

  @Test func elementsAreFoundWithWhatStandsInThem() {
    let html = Array("<style>a</style><p>x</p><script type=\"module\">\nb\n</script><script></script>".utf8)
    #expect(Page.contents(of: "style", in: html) == [Array("a".utf8)])
    #expect(Page.contents(of: "script", in: html) == [Array("\nb\n".utf8), []])
    #expect(Page.contents(of: "table", in: html).isEmpty)
  }

  @Test func theScriptAndTheStyleAreNamedByTheirDigests() {
    #expect(Page.contents(of: "script", in: Page.html).count == 1)
    #expect(Page.contents(of: "style", in: Page.html).count == 1)
    let policy = Page.contentSecurityPolicy
    #expect(policy.contains(#/script-src 'sha256-[A-Za-z0-9+\/]{43}='; style-src 'sha256-[A-Za-z0-9+\/]{43}=';/#))
    #expect(!policy.contains("unsafe"))
  }

  /// The policy forbids them, so they would not work; here it is said earlier, and for whom.
  @Test(arguments: ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=", " onclick="])
  func nothingInThePageMakesHTMLOfText(_ way: String) {
    #expect(!page.contains(way))
  }

  @Test func thePageLoadsNothing() {
    #expect(!page.contains(#/(src|href)="(https?:)?\/\//#))
    #expect(!page.contains("@import"))
  }
}
