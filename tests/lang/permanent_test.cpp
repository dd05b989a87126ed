#include "lang/objects.hpp"

namespace lang_test {

using circuit::PermRef;
using circuit::X;

/// Keeps what it is given, and gives it on.
struct Shelf {
  void put(PermRef<Counter> counter) { permanent = counter; }
  PermRef<Counter> take() { return permanent; }
  Ref<Counter> take_counted() { return counted; }
  int use(Ref<Counter> counter) { return counter.call<&Counter::increment>(); }
  void put_any(X any) { untyped = any; }
  X take_any() { return untyped; }
  PermRef<Counter> permanent;
  Ref<Counter> counted;
  X untyped;
};

struct Titled {
  virtual ~Titled() = default;
  virtual std::string name() { return "base"; }
  int age() { return 7; }
};
struct Renamed : Titled {
  std::string name() override { return "derived"; }
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Shelf, put, take, take_counted, use, put_any, take_any);
CIRCUIT_INTERFACE(lang_test::Titled, name, age);
CIRCUIT_INTERFACE(lang_test::Renamed, extends(lang_test::Titled), name);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PermanentTest : public ::testing::Test {
 protected:
  PermanentTest() {
    for (std::size_t i = 0; i < 3; ++i) {
      shelves.push_back(std::make_shared<Shelf>());
      cluster[i].publish(object_id, shelves.back());
    }
    there = cluster[0].published<Shelf>(cluster[1], object_id);
    third = cluster[0].published<Shelf>(cluster[2], object_id);
  }
  std::shared_ptr<Counter> counter_noting() {
    auto counter = std::make_shared<Counter>();
    counter->gone = gone;
    return counter;
  }

  std::shared_ptr<Count> gone = std::make_shared<Count>();
  Cluster cluster{3};
  std::vector<std::shared_ptr<Shelf>> shelves;
  Ref<Shelf> there, third;
};

TEST_F(PermanentTest, AnObjectThatIsReferredToForEverIsNeverFreed) {
  shelves[1]->permanent = PermRef<Counter>(cluster[1].ref(counter_noting()));
  {
    auto counter = there.call<&Shelf::take>();
    EXPECT_EQ(counter.call<&Counter::increment>(), 1);
    shelves[1]->permanent = {};
  }
  EXPECT_EQ(cluster[1].node().exports().size(), 0u) << "it is not counted, and keeps no worker alive";
  EXPECT_EQ(cluster[0].node().imports().size(), 0u);
  EXPECT_EQ(gone->value(), 0);
}

TEST_F(PermanentTest, ItIsPassedByValueThroughAnyNumberOfProcessesAndHome) {
  PermRef<Counter> own(cluster[0].ref(counter_noting()));
  there.call<&Shelf::put>(own);
  third.call<&Shelf::put>(there.call<&Shelf::take>());
  EXPECT_EQ(shelves[2]->permanent.call<&Counter::increment>(), 1);
  EXPECT_EQ(shelves[2]->permanent.address(), cluster[0].address());
  auto home = third.call<&Shelf::take>();
  EXPECT_NE(local_servant(home.target()), nullptr);
  EXPECT_EQ(home.call<&Counter::increment>(), 2);
  EXPECT_EQ(own.call<&Counter::increment>(), 3);
  EXPECT_EQ(cluster[0].node().handovers().size() + cluster[0].node().exports().size(), 0u);
}

TEST_F(PermanentTest, ItStandsWhereACountedOneIsWantedAndNeverTheOtherWayRound) {
  PermRef<Counter> own(cluster[0].ref(counter_noting()));
  EXPECT_EQ(there.call<&Shelf::use>(own), 1);
  Ref<Counter> seen_so = own;
  EXPECT_EQ(there.call<&Shelf::use>(seen_so), 2);

  shelves[1]->counted = cluster[1].ref(std::make_shared<Counter>());
  auto counted = there.call<&Shelf::take_counted>();
  EXPECT_THAT(failure_of([&] { PermRef<Counter> wrong(counted); }).text, HasSubstr("made by the process"));
  OutgoingCall call(there.target(), method_id<Shelf, &Shelf::put>(), {}, "put");
  encode_arguments(call.arguments(), counted);
  EXPECT_THAT(failure_of([&] { call.run(); }).text, HasSubstr("got a counted one"));
}

TEST_F(PermanentTest, AnObjectThatIsHeldAsWellOutlivesItsHolders) {
  auto object = counter_noting();
  auto counted = cluster[1].ref(object);
  shelves[1]->permanent = PermRef<Counter>(counted);
  shelves[1]->counted = counted;
  auto held = there.call<&Shelf::take_counted>();
  auto permanent = there.call<&Shelf::take>();
  EXPECT_EQ(cluster[1].node().exports().size(), 1u);
  held = {};
  ASSERT_TRUE(cluster[1].wait_empty());
  shelves[1]->counted = counted = {};
  EXPECT_EQ(permanent.call<&Counter::increment>(), 1);
}

TEST_F(PermanentTest, AfterItsProcessIsDeadItIsDead) {
  PermRef<Counter> own(cluster[2].ref(counter_noting()));
  shelves[2]->permanent = own;
  auto counter = third.call<&Shelf::take>();
  cluster[2].kill();
  ASSERT_TRUE(cluster[0].wait([&] { return cluster[0].died.size() == 1; }));
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(failure_of([&] { counter.call<&Counter::increment>(); }).kind, ErrorKind::dead);
  there.call<&Shelf::put>(counter);
  EXPECT_EQ(failure_of([&] { shelves[1]->permanent.call<&Counter::increment>(); }).kind, ErrorKind::dead);
}

TEST_F(PermanentTest, OneOfAnotherIncarnationIsGone) {
  PermRef<Counter> own(cluster[0].ref(counter_noting()));
  there.call<&Shelf::put>(own);
  class Before final : public Target {
   public:
    explicit Before(TargetPointer now) : now_(std::move(now)), address_(now_->address()) {
      ++address_.incarnation;
    }
    const Address& address() const override { return address_; }
    std::uint64_t object() const override { return now_->object(); }
    const InterfaceNames& interfaces() const override { return now_->interfaces(); }
    bool permanent() const noexcept override { return true; }
    Node& node() const override { return now_->node(); }

   private:
    TargetPointer now_;
    Address address_;
  };
  PermRef<Counter> before(Ref<Counter>(std::make_shared<Before>(own.target())));
  EXPECT_THAT(failure_of([&] { there.call<&Shelf::put>(before); }).text, HasSubstr("an object that is gone"));
}

// -- by name ------------------------------------------------------------------------------------------------

TEST_F(PermanentTest, AMethodIsCalledByItsName) {
  X calculator = cluster[0].published<Calculator>(cluster[1], object_id + 1);
  cluster[1].publish(object_id + 1, std::make_shared<Calculator>());
  EXPECT_EQ(calculator.call<int>("add", 1, 2), 3);
  calculator.call<void>("set", 5);
  EXPECT_EQ(calculator.call<int>("get"), 5);
  EXPECT_EQ(calculator.call<std::string>("join", std::vector<std::string>{"a", "b"}), "ab");
  Failure what = failure_of([&] { calculator.call<void>("fail", "a literal is a text"); });
  EXPECT_EQ(what.kind, ErrorKind::failed);
  EXPECT_EQ(what.text, "a literal is a text");
}

TEST_F(PermanentTest, WhatTheObjectHasNotIsRefusedWithWhatItHas) {
  X calculator = cluster[0].ref(std::make_shared<Calculator>());
  for (auto attempt : {std::function<void()>([&] { calculator.call<int>("subtract", 1, 2); }),
                       std::function<void()>([&] { calculator.call<int>("add", 1L, 2L); }),
                       std::function<void()>([&] { calculator.call<long>("add", 1, 2); }),
                       std::function<void()>([&] { calculator.call<int>("add", 1); })}) {
    Failure what = failure_of(attempt);
    EXPECT_EQ(what.kind, ErrorKind::refused);
    EXPECT_FALSE(what.may_have_run);
    EXPECT_THAT(what.text, AllOf(HasSubstr("by name"), HasSubstr("lang_test::Calculator.add(i32,i32)->i32"),
                                 HasSubstr("lang_test::Calculator.get()->i32")));
  }
  EXPECT_EQ(failure_of([&] { X().call<int>("add", 1, 2); }).kind, ErrorKind::invalid);
}

TEST_F(PermanentTest, ByNameTheMethodOfTheDerivedClassAndThoseOfItsBasesAreFound) {
  X renamed = cluster[0].ref(std::make_shared<Renamed>());
  EXPECT_EQ(renamed.call<std::string>("name"), "derived");
  EXPECT_EQ(renamed.call<int>("age"), 7);
}

TEST_F(PermanentTest, AnUntypedReferenceGoesAnywhereAndComesBackWithACheck) {
  auto counter = cluster[0].ref(counter_noting());
  there.call<&Shelf::put_any>(X(counter));
  third.call<&Shelf::put_any>(there.call<&Shelf::take_any>());
  EXPECT_EQ(shelves[2]->untyped.call<int>("increment"), 1);
  auto typed = shelves[2]->untyped.as<Counter>();
  EXPECT_EQ(typed.call<&Counter::increment>(), 2);
  Failure what = failure_of([&] { shelves[2]->untyped.as<Calculator>(); });
  EXPECT_EQ(what.kind, ErrorKind::invalid);
  EXPECT_THAT(what.text, AllOf(HasSubstr("lang_test::Calculator"), HasSubstr("lang_test::Counter")));
  EXPECT_THROW(shelves[2]->untyped.as_permanent<Counter>(), Error);
  X permanent = PermRef<Counter>(counter);
  there.call<&Shelf::put_any>(permanent);
  EXPECT_EQ(shelves[1]->untyped.as_permanent<Counter>().call<&Counter::increment>(), 3);
  // Counted references to what is permanent as well are counted all the same.
  shelves[1]->untyped = shelves[2]->untyped = {};
  typed = {};
  EXPECT_TRUE(cluster[0].wait([&] { return cluster[0].node().exports().size() == 0; }));
}

}  // namespace
}  // namespace circuit::lang::testing
