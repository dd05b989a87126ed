#include "base/anchor_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace circuit::anchor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Path path(std::string_view text) { return Path::parse(text).value(); }

std::string cleaned(std::string_view text) {
  auto parsed = Path::parse(text);
  return parsed ? parsed->string() : parsed.error().text;
}

std::string fault(std::string_view text) {
  auto parsed = Path::parse(text);
  EXPECT_FALSE(parsed) << text;
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
  return parsed.error().text;
}

TEST(Path, IsCleanedToItsOneSpelling) {
  EXPECT_EQ(cleaned("/"), "/");
  EXPECT_EQ(cleaned("///"), "/");
  EXPECT_EQ(cleaned("/a/b"), "/a/b");
  EXPECT_EQ(cleaned("/a//b/"), "/a/b");
  EXPECT_EQ(cleaned("/./a/./b/."), "/a/b");
  EXPECT_EQ(cleaned("/a/../b"), "/b");
  EXPECT_EQ(cleaned("/../../a"), "/a");
  EXPECT_EQ(cleaned("/a/b/../../.."), "/");
  EXPECT_EQ(cleaned("/...a/..b"), "/...a/..b");
  EXPECT_EQ(cleaned("/größe/名前"), "/größe/名前");
  EXPECT_EQ(cleaned("/R6aca01d945c3b861/../a"), "/a");
}

TEST(Path, StartsWithASlash) {
  EXPECT_THAT(fault(""), HasSubstr("does not start with '/'"));
  EXPECT_EQ(fault("a/b"), "the anchor \"a/b\" does not start with '/'");
  EXPECT_THAT(fault("./a"), HasSubstr("does not start with '/'"));
}

TEST(Path, HasNoPartThatLooksLikeAWorker) {
  EXPECT_THAT(fault("/a/R6aca01d945c3b861"), HasSubstr("looks like a worker's id"));
  EXPECT_THAT(fault("/R6ACA01D945C3B861/b"), HasSubstr("looks like a worker's id"));
  EXPECT_EQ(cleaned("/R6aca01d945c3b86"), "/R6aca01d945c3b86");
  EXPECT_EQ(cleaned("/R6aca01d945c3b8611"), "/R6aca01d945c3b8611");
  EXPECT_EQ(cleaned("/r6aca01d945c3b861"), "/r6aca01d945c3b861");
  EXPECT_EQ(cleaned("/R6aca01d945c3b86g"), "/R6aca01d945c3b86g");
}

TEST(Path, HoldsPrintableUtf8Only) {
  EXPECT_THAT(fault("/a\xff"), HasSubstr("is not UTF-8 at byte 2"));
  EXPECT_THAT(fault("/\xc0\xaf"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(fault("/\xed\xa0\x80"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(fault("/\xe5\x90"), HasSubstr("is not UTF-8"));
  EXPECT_THAT(fault(std::string_view("/a\0b", 4)), HasSubstr("control character U+0000"));
  EXPECT_EQ(fault("/a\nb"), "the anchor \"/a\\x0ab\" holds the control character U+000A");
  EXPECT_THAT(fault("/a\x7f"), HasSubstr("U+007F"));
  EXPECT_THAT(fault("/a\xc2\x85"), HasSubstr("U+0085"));
  EXPECT_THAT(fault("/a\xe2\x80\xae"), HasSubstr("U+202E"));
  EXPECT_THAT(fault("/a\xf0\x9f\x98\x80"), HasSubstr("ZooKeeper does not allow"));
  EXPECT_THAT(fault("/a\xee\x80\x80"), HasSubstr("ZooKeeper does not allow"));
}

TEST(Path, StaysWithinTheLimits) {
  std::string part(limits::anchor_part_bytes, 'x');
  EXPECT_EQ(cleaned("/" + part), "/" + part);
  EXPECT_THAT(fault("/" + part + "x"), HasSubstr("has a part of 129 bytes; at most 128 are allowed"));
  std::string deep;
  for (std::size_t i = 0; i < limits::anchor_parts; ++i) deep += "/d";
  EXPECT_EQ(cleaned(deep), deep);
  EXPECT_THAT(fault(deep + "/d"), HasSubstr("has 33 parts; at most 32 are allowed"));
  EXPECT_EQ(cleaned(deep + "/d/.."), deep);
  EXPECT_THAT(fault("/" + std::string(100'000, '/')), HasSubstr("is longer than"));
  EXPECT_LT(fault("/" + std::string(100'000, 'x')).size(), 300u);
}

TEST(Path, KnowsItsPartsParentAndChildren) {
  Path root;
  EXPECT_TRUE(root.is_root());
  EXPECT_TRUE(root.parts().empty());
  EXPECT_EQ(root.name(), "");
  EXPECT_EQ(root.parent(), root);
  EXPECT_EQ(root.child("a").value(), path("/a"));
  Path deep = path("/a/b/c");
  EXPECT_THAT(deep.parts(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(deep.name(), "c");
  EXPECT_EQ(deep.parent(), path("/a/b"));
  EXPECT_EQ(path("/a").parent(), root);
  EXPECT_EQ(deep.child("d").value(), path("/a/b/c/d"));
  for (const char* bad : {"", ".", "..", "a/b", "/", "R6aca01d945c3b861", "\n"})
    EXPECT_FALSE(deep.child(bad)) << bad;
}

TEST(Path, ContainsWhatLiesBelowIt) {
  EXPECT_TRUE(path("/a").contains(path("/a")));
  EXPECT_TRUE(path("/a").contains(path("/a/b")));
  EXPECT_TRUE(path("/").contains(path("/a")));
  EXPECT_FALSE(path("/a").contains(path("/ab")));
  EXPECT_FALSE(path("/a/b").contains(path("/a")));
}

TEST(FilePath, NamesAWorkerInADirectory) {
  auto file = FilePath::parse("/a//b/R6aca01d945c3b861");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->directory, path("/a/b"));
  EXPECT_EQ(file->id.value, 0x6aca01d945c3b861u);
  EXPECT_EQ(file->string(), "/a/b/R6aca01d945c3b861");
  EXPECT_EQ(FilePath::parse("/R6aca01d945c3b861")->string(), "/R6aca01d945c3b861");
  for (const char* bad : {"", "/", "R6aca01d945c3b861", "/a", "a/R6aca01d945c3b861", "/a/R6aca01d945c3b861/"})
    EXPECT_FALSE(FilePath::parse(bad)) << bad;
}

TEST(InQuotes, EscapesAndShortens) {
  EXPECT_EQ(in_quotes("/a"), "\"/a\"");
  EXPECT_EQ(in_quotes("\x1b[31m\xff"), "\"\\x1b[31m\\xff\"");
  EXPECT_TRUE(in_quotes(std::string(1000, 'x')).ends_with("...\""));
}

}  // namespace
}  // namespace circuit::anchor
