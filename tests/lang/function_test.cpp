#include <atomic>
#include <thread>

#include "lang/objects.hpp"

namespace lang_test {

std::string greet(std::string name) { return "Hello " + name; }
/// How often note() has run.
std::atomic<int> notes = 0;
void note() { ++notes; }
int unregistered(int number) { return number; }

}  // namespace lang_test

using lang_test::greet;
CIRCUIT_FUNCTION(greet, "name");
using lang_test::note;
CIRCUIT_FUNCTION(note);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

/// Both lambdas have the same parameters and results.
const Function& first_lambda() {
  return function_entry([](int number) { return number + 1; });
}
const Function& second_lambda() {
  return function_entry([](int number) { return number + 2; });
}

struct Host final : FunctionHost {
  bool admit(IncomingCall&, const Function&) override { return true; }
  void ended(bool) override { ends.add(); }
  Count ends;
};

TEST(Functions, ARegisteredFunctionIsFoundByNameAddressAndId) {
  const Function* entry = find_function_named("greet");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->descriptor, "greet(text)->text");
  EXPECT_EQ(entry->id, signature_id("greet(text)->text"));
  EXPECT_EQ(find_function(entry->id), entry);
  EXPECT_EQ(&function_entry(&lang_test::greet), entry);
  EXPECT_EQ(entry->parameters.at(0).name(), "name");
  EXPECT_THAT(failure_of([] { function_entry(&unregistered); }).text,
              HasSubstr("add CIRCUIT_FUNCTION(name)"));
}

TEST(Functions, LambdasAreRegisteredBeforeMainUnderIdsOfTheirOwn) {
  std::size_t lambdas = 0;
  for (const Function* function : all_functions()) lambdas += function->unnamed;
  EXPECT_GE(lambdas, 2u) << "before any of them was asked for";
  EXPECT_NE(first_lambda().id, second_lambda().id);
  EXPECT_EQ(&first_lambda(), &first_lambda());
  EXPECT_EQ(find_function(first_lambda().id), &first_lambda());
}

TEST(Functions, AFunctionIsCalledByItsId) {
  Host host;
  Cluster cluster(2);
  cluster[1].node().set_function_host(&host);
  auto functions =
      cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), fixed_object::functions, "functions");
  auto call = [&](std::uint64_t id, const auto& argument) {
    OutgoingCall outgoing(functions, id, {});
    encode_arguments(outgoing.arguments(), argument);
    return outgoing.run();
  };
  EXPECT_EQ(call(find_function_named("greet")->id, std::string("world")).value<std::string>(), "Hello world");
  EXPECT_EQ(call(first_lambda().id, 1).value<int>(), 2);
  EXPECT_EQ(call(second_lambda().id, 1).value<int>(), 3);
  EXPECT_TRUE(host.ends.wait_for(3));
  EXPECT_THAT(failure_of([&] { call(4711, 1); }).text, HasSubstr("has no function with the id"));
}

/// Admits a call when its time is over.
struct LateHost final : FunctionHost {
  bool admit(IncomingCall& call, const Function&) override {
    while (!call.unwanted()) std::this_thread::yield();
    return true;
  }
  void ended(bool) override { ends.add(); }
  Count ends;
};

TEST(Functions, OneThatWasAdmittedRunsThoughNobodyWaitsForItAnyMore) {
  LateHost host;  // outlives the calls that were given up and still run
  Cluster cluster(2);
  cluster[1].node().set_function_host(&host);
  auto functions =
      cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), fixed_object::functions, "functions");
  // On a busy machine a call whose time is over too soon is not even sent.
  for (auto time = 50ms; host.ends.value() == 0; time *= 2) {
    OutgoingCall call(functions, find_function_named("note")->id, {time});
    encode_arguments(call.arguments());
    try {
      call.run();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::deadline);
    }
  }
  EXPECT_GE(lang_test::notes, 1);
}

TEST(Functions, AnAppRunsNoFunctionsForOthers) {
  Cluster cluster(2);
  auto functions =
      cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), fixed_object::functions, "functions");
  OutgoingCall call(functions, find_function_named("greet")->id, {});
  encode_arguments(call.arguments(), std::string("world"));
  EXPECT_THAT(failure_of([&] { call.run(); }).text, HasSubstr("is no worker"));
}

}  // namespace
}  // namespace circuit::lang::testing
