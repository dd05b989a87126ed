#include "value/hex.hpp"
#include "value/json.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

std::string shown(std::string_view text, std::size_t limit_bytes = 1000) {
  return show_json(unhex(text), limit_bytes);
}

TEST(ShowJson, ShowsEachTypeForPeople) {
  EXPECT_EQ(show_json(to_cbor(Post{7, "a \"b\"\n", {"x", "y"}, Point{1, 2.5}}), 1000),
            R"({"id": 7, "title": "a \"b\"\n", "tags": ["x", "y"], "place": [1, 2.5]})");
  EXPECT_EQ(shown("d84e4801000000ffffffff"), "[1, -1]");
  EXPECT_EQ(shown("d85544cdcc8c3f"), "[1.100000023841858]");
  EXPECT_EQ(shown("3bffffffffffffffff"), "-18446744073709551616");
  EXPECT_EQ(shown("420aff"), "<2 bytes 0aff>");
  EXPECT_EQ(shown("40"), "<0 bytes>");
  EXPECT_EQ(shown("5818000102030405060708090a0b0c0d0e0f1011121314151617"),
            "<24 bytes 000102030405060708090a0b0c0d0e0f…>");
  EXPECT_EQ(shown("a10180"), "{1: []}");
  EXPECT_EQ(shown("651b5b316d7f"), "\"\\u001b[1m\\u007f\"");
}

TEST(ShowJson, MarksWhatIsCutOff) {
  EXPECT_EQ(shown("656865"), "\"he…");
  EXPECT_EQ(shown("82016568"), "[1, \"h…");
  EXPECT_EQ(shown("6563c3"), "\"c…");
  EXPECT_EQ(shown("8201"), "[1, …");
  EXPECT_EQ(shown("4a0102"), "<2 bytes 0102…");
  EXPECT_EQ(shown("d84e480100000002"), "[1…");
  EXPECT_EQ(shown(""), "…");
  EXPECT_EQ(shown("19"), "…");
  EXPECT_EQ(shown("8101ff"), "[1]");
  EXPECT_EQ(shown("82019f"), "[1, …");
}

TEST(ShowJson, HoldsItsLimitOfBytes) {
  const Buffer bytes = to_cbor(rich());
  const std::string whole = show_json(bytes, 100000);
  EXPECT_EQ(whole.find("…"), std::string::npos) << whole;
  for (std::size_t limit = 0; limit < whole.size() + 2; ++limit) {
    const std::string text = show_json(bytes, limit);
    ASSERT_LE(text.size(), limit);
    if (limit >= whole.size()) {
      ASSERT_EQ(text, whole);
    } else if (limit >= 3) {
      ASSERT_TRUE(text.ends_with("…"));
    }
  }
}

TEST(ShowJson, ShowsSomethingForEachBeginning) {
  const Buffer bytes = to_cbor(rich());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_TRUE(show_json(bytes.view().first(size), 10000).ends_with("…"));
  }
}

}  // namespace

TEST(ShowJson, ShowsAReferenceByItsInterface) {
  Buffer bytes;
  Encoder out(bytes);
  out.array(2);
  out.unsigned_integer(7);
  out.tag(51001);
  out.array(5);
  out.unsigned_integer(2);
  out.unsigned_integer(UINT64_MAX);
  out.text("Reducer");
  out.array(1);
  out.text("an address");
  out.unsigned_integer(1);
  EXPECT_EQ(show_json(bytes, 100), "[7, <Reducer>]");
  // As a recorder keeps it, which has room for the first bytes only.
  EXPECT_EQ(show_json(ByteView(bytes).first(bytes.size() - 1), 100), "[7, <Reducer>…");
}

}  // namespace circuit::testing
