// Methods and functions whose types have grown since the caller was built.
#include "lang/objects.hpp"
#include "lang/signatures.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

const std::string by_name = "Book.add(struct{name:text,born:u32})->struct{i32}";

TEST(Signature, AnswersForOneWhoseStructsHaveGained) {
  EXPECT_TRUE(answers(by_name, by_name));
  EXPECT_TRUE(answers("Book.add(struct{mail:text,born:u32,name:text})->struct{i32}", by_name));
  EXPECT_TRUE(answers("Book.add(struct{name:text,born:u32})->struct{i32,text}", by_name));
  EXPECT_TRUE(answers("f(list<struct{i32,i32}>,map<text,struct{i32}>)->void",
                      "f(list<struct{i32}>,map<text,struct{i32,bool}>)->void"));
  EXPECT_TRUE(answers("f()->void", "f()->void"));
}

TEST(Signature, AnswersForNothingElse) {
  for (const char* other :
       {"Book.put(struct{name:text,born:u32})->struct{i32}",
        "Shelf.add(struct{name:text,born:u32})->struct{i32}",
        "Book.add(struct{name:text,born:u64})->struct{i32}", "Book.add(struct{text,u32})->struct{i32}",
        "Book.add(struct{name:text,born:u32},i32)->struct{i32}", "Book.add()->struct{i32}",
        "Book.add(struct{name:text,born:u32})->struct{text}", "Book.add(struct{name:text,born:u32})->void",
        "Book.add", "", ")->", "Book.add(->", "Book.add(struct{)->struct{i32}"})
    EXPECT_FALSE(answers(by_name, other)) << other;
}

TEST(Signature, ThatIsToldCountsOnlyForItsOwnId) {
  const Interface& interface = interface_of<Calculator>();
  Signatures signatures;
  const std::string grown = "lang_test::Calculator.get()->i32";
  signatures.learn(4711, grown);
  EXPECT_EQ(signatures.method_of(interface, 4711), nullptr);
  EXPECT_EQ(signatures.text_of(4711), grown);
  EXPECT_FALSE(signatures.is_lasting(4711));
  EXPECT_NE(signatures.method_of(interface, signature_id(grown)), nullptr);
  EXPECT_TRUE(signatures.text_of(1).empty());
}

TEST(Signature, IsRememberedUpToALimit) {
  Signatures signatures;
  for (std::uint64_t id = 1; id <= limits::told_signatures + 1; ++id) signatures.learn(id, "f()->void");
  EXPECT_FALSE(signatures.text_of(limits::told_signatures).empty());
  EXPECT_TRUE(signatures.text_of(limits::told_signatures + 1).empty());
  signatures.learn(1, std::string(limits::signature_bytes + 1, 'x'));
  EXPECT_EQ(signatures.text_of(1), "f()->void");
}

// Whoever calls may have lost the link over which he had said what he calls.
TEST(Signature, IsToldAgainOverTheNextLink) {
  Cluster cluster(2);
  for (std::size_t i = 0; i < 2; ++i)
    on_loop(cluster[i].loop(), [&] {
      cluster[i].node().peers().set_ask_fate([](const Address&, std::function<void(Fate)> told) {
        told({false, {}});
      });
    });
  cluster[1].publish(object_id, std::make_shared<Calculator>());
  auto functions = cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), object_id,
                                                     interface_of<Calculator>().name);
  const std::string wanted = "lang_test::Calculator.missing(i32)->void";
  auto call = [&] {
    return failure_of([&] {
      OutgoingCall outgoing(functions, signature_id(wanted), {}, wanted);
      encode_arguments(outgoing.arguments(), 1);
      outgoing.run();
    });
  };
  auto told = [&] {
    link::testing::Faults& faults = cluster[0].transport().faults;
    std::lock_guard lock(faults.mutex);
    const std::string_view bytes(reinterpret_cast<const char*>(faults.written.data()), faults.written.size());
    std::size_t count = 0;
    for (std::size_t at = 0; (at = bytes.find(wanted, at)) != std::string_view::npos; ++at) ++count;
    return count;
  };
  cluster[0].transport().faults.record = true;
  EXPECT_THAT(call().text, HasSubstr("has no method " + wanted));
  call();
  EXPECT_EQ(told(), 1u);
  on_loop(cluster[1].loop(), [&] { cluster[1].transport().cut(); });
  for (std::size_t i = 0; i < 2; ++i)
    ASSERT_TRUE(cluster[i].wait([&] { return cluster[i].lost.size() == 1; }));
  EXPECT_THAT(call().text, HasSubstr("has no method " + wanted));
  EXPECT_EQ(told(), 2u);
}

}  // namespace
}  // namespace circuit::lang::testing
