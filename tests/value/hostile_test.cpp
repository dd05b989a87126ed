#include <random>

#include "value/fuzz_body.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

std::vector<Buffer> seeds() {
  std::vector<Buffer> out;
  out.push_back(to_cbor(rich()));
  out.push_back(to_cbor(Post{7, "title", {"a", "b"}, Point{1, 2}}));
  out.push_back(to_cbor(rich().trees.front()));
  out.push_back(to_cbor(Failure{ErrorKind::dead, "text", "type", true}));
  out.emplace_back(bytes_of(descriptor_of<Rich>()));
  out.emplace_back(bytes_of(descriptor_of<Tree>()));
  return out;
}

/// One to eight changes: a byte, a run that goes, a run that comes twice, the end cut off.
void mutate(std::vector<std::byte>& bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random() % n); };
  for (std::size_t changes = 1 + below(8); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(16, bytes.size() - at));
    const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = start + static_cast<std::ptrdiff_t>(std::min(length, bytes.size() - at));
    switch (below(5)) {
      case 0:
      case 1:
        bytes[at] = static_cast<std::byte>(random());
        break;
      case 2:
        bytes.erase(start, end);
        break;
      case 3: {
        const std::vector<std::byte> run(start, end);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), run.begin(),
                     run.end());
        break;
      }
      default:
        bytes.resize(at);
        break;
    }
  }
}

TEST(Hostile, NoBeginningOfARichValueIsTakenForTheWhole) {
  const Buffer bytes = to_cbor(rich());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Rich value;
    std::string error;
    ASSERT_FALSE(from_cbor(bytes.view().first(size), value, &error)) << size;
    ASSERT_FALSE(error.empty());
    read_in_every_way(bytes.view().first(size));
  }
}

TEST(Hostile, NothingBreaksOnMutatedInput) {
  std::mt19937_64 random(20240501);
  const std::vector<Buffer> all = seeds();
  for (int i = 0; i < 20'000; ++i) {
    const ByteView seed = all[static_cast<std::size_t>(random() % all.size())];
    std::vector<std::byte> bytes(seed.begin(), seed.end());
    mutate(bytes, random);
    read_in_every_way(bytes);
  }
}

TEST(Hostile, NothingBreaksOnRandomInput) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 5'000; ++i) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(random() % 64));
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    read_in_every_way(bytes);
  }
}

}  // namespace
}  // namespace circuit::testing
