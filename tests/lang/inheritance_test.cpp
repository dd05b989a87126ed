#include "lang/objects.hpp"

namespace lang_test {

struct Animal {
  virtual ~Animal() = default;
  virtual std::string sound() { return "none"; }
  int legs() const { return legs_; }
  int legs_ = 4;
};
struct Named {
  std::string name() const { return name_; }
  std::string name_ = "nobody";
};
/// The second base lies at another address than the object.
struct Bird : Animal, Named {
  Bird() { legs_ = 2; }
  std::string sound() override { return "tweet"; }
  int wings() { return 2; }
};
struct Owl : Bird {
  std::string sound() override { return "hoot"; }
};

struct Zoo {
  void keep(Ref<Animal> animal) { kept = animal; }
  Ref<Animal> give() { return kept; }
  Ref<Bird> give_bird() { return bird; }
  std::string listen() { return kept.call<&Animal::sound>(); }
  std::string call_name(Ref<Named> named) { return named.call<&Named::name>(); }
  Ref<Animal> kept;
  Ref<Bird> bird;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Animal, concurrent, sound, legs);
CIRCUIT_INTERFACE(lang_test::Named, name);
CIRCUIT_INTERFACE(lang_test::Bird, extends(lang_test::Animal, lang_test::Named), wings);
CIRCUIT_INTERFACE(lang_test::Owl, extends(lang_test::Bird));
CIRCUIT_INTERFACE(lang_test::Zoo, keep, give, give_bird, listen, call_name);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

static_assert(std::is_convertible_v<Ref<Owl>, Ref<Animal>>);
static_assert(std::is_convertible_v<Ref<Bird>, Ref<Named>>);
static_assert(!std::is_convertible_v<Ref<Animal>, Ref<Bird>>);
static_assert(!std::is_convertible_v<Ref<Calculator>, Ref<Animal>>);

class InheritanceTest : public ::testing::Test {
 protected:
  InheritanceTest() {
    for (std::size_t i = 0; i < 3; ++i) {
      zoos.push_back(std::make_shared<Zoo>());
      cluster[i].publish(object_id, zoos.back());
    }
    there = cluster[0].published<Zoo>(cluster[1], object_id);
  }

  Cluster cluster{3};
  std::vector<std::shared_ptr<Zoo>> zoos;
  Ref<Zoo> there;
};

TEST_F(InheritanceTest, AnInterfaceHasTheMethodsOfThoseThatItExtends) {
  const Interface& owl = interface_of<Owl>();
  EXPECT_THAT(owl.bases, ElementsAre("lang_test::Bird", "lang_test::Animal", "lang_test::Named"));
  EXPECT_FALSE(owl.concurrent) << "an option of a base says nothing of the derived class";
  for (const Method& method : interface_of<Animal>().methods) EXPECT_NE(owl.find(method.id), nullptr);
  EXPECT_EQ(owl.methods.size(), 4u);
}

TEST_F(InheritanceTest, AReferenceToTheDerivedClassGoesWhereOneToTheBaseIsWanted) {
  auto owl = std::make_shared<Owl>();
  owl->name_ = "Archimedes";
  there.call<&Zoo::keep>(cluster[0].ref(owl));
  EXPECT_EQ(there.call<&Zoo::listen>(), "hoot");
  EXPECT_EQ(there.call<&Zoo::call_name>(cluster[0].ref(owl)), "Archimedes");
  Ref<Animal> back = there.call<&Zoo::give>();
  EXPECT_EQ(back.call<&Animal::legs>(), 2);
}

TEST_F(InheritanceTest, TheDerivedClassHasTheMethodsOfItsBases) {
  zoos[1]->bird = cluster[1].ref(std::make_shared<Bird>());
  auto bird = there.call<&Zoo::give_bird>();
  EXPECT_EQ(bird.call<&Bird::wings>(), 2);
  EXPECT_EQ(bird.call<&Animal::sound>(), "tweet");
  EXPECT_EQ(bird.call<&Named::name>(), "nobody");
  Ref<Named> named = bird;
  EXPECT_EQ(named.call<&Named::name>(), "nobody");
}

TEST_F(InheritanceTest, AThirdProcessIsToldTheBasesToo) {
  zoos[1]->bird = cluster[1].ref(std::make_shared<Owl>());
  auto third = cluster[0].published<Zoo>(cluster[2], object_id);
  third.call<&Zoo::keep>(there.call<&Zoo::give_bird>());
  EXPECT_EQ(third.call<&Zoo::listen>(), "hoot");
  zoos[1]->bird = {};
  zoos[2]->kept = {};
  there = third = {};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(cluster[i].wait_empty()) << i;
}

TEST_F(InheritanceTest, AReferenceToTheBaseIsNoneToTheDerivedClass) {
  zoos[1]->kept = cluster[1].ref(std::make_shared<Animal>());
  auto animal = there.call<&Zoo::give>();
  OutgoingCall call(there.target(), signature_id("lang_test::Zoo.call_name(ref<lang_test::Named>)->text"),
                    {});
  encode_arguments(call.arguments(), animal);
  EXPECT_THAT(failure_of([&] { call.run(); }).text,
              HasSubstr("expected a reference to lang_test::Named, got one to lang_test::Animal"));
}

// Whoever claims that an object is what it is not gets nothing but a refusal.
TEST_F(InheritanceTest, ALieAboutTheBasesEndsInARefusalOfTheOwner) {
  auto counter = cluster[1].ref(std::make_shared<Counter>());
  zoos[1]->kept = Ref<Animal>(counter.target());
  auto honest = failure_of([&] { there.call<&Zoo::give>(); });
  EXPECT_THAT(honest.text, HasSubstr("got one to lang_test::Counter"));
  auto lied = cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), object_id,
                                                {"lang_test::Liar", {"lang_test::Animal"}});
  Failure what = failure_of([&] { Ref<Animal>(lied).call<&Animal::sound>(); });
  EXPECT_EQ(what.kind, ErrorKind::refused);
  EXPECT_FALSE(what.may_have_run);
}

/// A tag 51001 with the names as they are given.
Buffer reference_naming(const std::function<void(Encoder&)>& names) {
  Buffer bytes;
  Encoder encoder(bytes);
  encoder.array(1);
  encoder.tag(51001);
  encoder.array(3);
  encoder.unsigned_integer(0);
  encoder.unsigned_integer(4711);
  names(encoder);
  return bytes;
}

TEST_F(InheritanceTest, NamesThatMakeNoSenseAreRefused) {
  auto taken = [&](const std::function<void(Encoder&)>& names) {
    Buffer bytes = reference_naming(names);
    bool good = false;
    on_loop(cluster[0].loop(), [&] {
      good = ReceivedReferences::take(cluster[0].node(), cluster[0].peer(cluster[1]), bytes).has_value();
    });
    return good;
  };
  EXPECT_FALSE(taken([](Encoder& encoder) { encoder.array(0); }));
  EXPECT_FALSE(taken([](Encoder& encoder) { encoder.unsigned_integer(1); }));
  EXPECT_FALSE(taken([](Encoder& encoder) {
    encoder.array(33);
    for (int i = 0; i < 33; ++i) encoder.text("x");
  }));
  EXPECT_FALSE(taken([](Encoder& encoder) {
    encoder.array(2);
    encoder.text("x");
    encoder.array(0);
  }));
  EXPECT_TRUE(taken([](Encoder& encoder) {
    encoder.array(2);
    encoder.text("x");
    encoder.text("y");
  }));
}

}  // namespace
}  // namespace circuit::lang::testing
