import CLinux
import RandomInput
import Testing

/// The allocator that the shipped binary has in place of its C library's, by the names that it has in every build.
/// One after the other: like the program that it serves, it knows one thread only.
@Suite("The heap", .serialized)
struct HeapTests {
  /// A block with what was written to it.
  private struct Block {
    var address: UnsafeMutableRawPointer
    var size: Int
    var fill: UInt8

    func write() {
      for index in 0..<size {
        address.storeBytes(of: fill &+ UInt8(truncatingIfNeeded: index), toByteOffset: index, as: UInt8.self)
      }
    }

    var isIntact: Bool { holds(size) }

    func holds(_ count: Int) -> Bool {
      (0..<count).allSatisfy {
        address.load(fromByteOffset: $0, as: UInt8.self) == fill &+ UInt8(truncatingIfNeeded: $0)
      }
    }
  }

  @Test("keeps what is written, in blocks that do not overlap, over any sequence of calls", arguments: 1...6)
  func randomCalls(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var blocks: [Block] = []
    defer { for block in blocks { cl_heap_free(block.address) } }
    for step in 0..<500 {
      let fill = UInt8(truncatingIfNeeded: step)
      let size = Self.size(&random)
      switch random.next() % 4 {
      case 0, 1:
        let alignment = 1 << Int(random.next() % 13)
        let address = try #require(cl_heap_allocate(size, alignment))
        #expect(UInt(bitPattern: address) % UInt(max(alignment, 16)) == 0)
        #expect(cl_heap_usable_size(address) >= size)
        blocks.append(Block(address: address, size: size, fill: fill))
        blocks[blocks.count - 1].write()
      case 2 where !blocks.isEmpty:
        let index = Int(random.next() % UInt64(blocks.count))
        let old = blocks[index]
        let address = try #require(cl_heap_resize(old.address, size))
        let moved = Block(address: address, size: size, fill: old.fill)
        #expect(moved.holds(min(size, old.size)))
        blocks[index] = moved
        moved.write()
      default:
        guard !blocks.isEmpty else { continue }
        let block = blocks.remove(at: Int(random.next() % UInt64(blocks.count)))
        #expect(block.isIntact)
        cl_heap_free(block.address)
      }
    }
    for block in blocks { #expect(block.isIntact) }
  }

  /// Mostly small, now and then at a border between two ways of getting memory.
  private static func size(_ random: inout SeededGenerator) -> Int {
    let borders = [0, 1, 15, 16, 17, 495, 496, 497, 512, 513, 4096, 16_367, 16_368, 16_369, 16_384, 70_000, 300_000]
    return random.next() % 4 == 0
      ? borders[Int(random.next() % UInt64(borders.count))] : Int(random.next() % 2000)
  }

  @Test("reuses what was freed")
  func reuse() throws {
    for size in [1, 100, 600, 5000] {
      let first = try #require(cl_heap_allocate(size, 16))
      cl_heap_free(first)
      let second = try #require(cl_heap_allocate(size, 16))
      #expect(first == second)
      cl_heap_free(second)
    }
  }

  @Test("has no block for a size that no machine has", arguments: [Int.max, Int.max - 4096])
  func tooLarge(size: Int) {
    #expect(cl_heap_allocate(size, 16) == nil)
  }

  @Test("of nothing is nothing")
  func nothing() {
    cl_heap_free(nil)
    #expect(cl_heap_usable_size(nil) == 0)
  }

  @Test("a block that is freed twice ends the process")
  func freedTwice() async {
    await #expect(processExitsWith: .failure) {
      let block = cl_heap_allocate(100, 16)
      cl_heap_free(block)
      cl_heap_free(block)
    }
  }

  @Test("a block whose header was overwritten ends the process")
  func overwritten() async {
    await #expect(processExitsWith: .failure) {
      let block = cl_heap_allocate(100, 16)
      (block! - 1).storeBytes(of: 0xff, as: UInt8.self)
      cl_heap_free(block)
    }
  }
}
