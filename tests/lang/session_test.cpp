#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <thread>

#include <circuit/async.hpp>

#include "lang/objects.hpp"

namespace lang_test {

/// Gives its object when the test lets it.
struct Lender {
  Ref<Slow> lend() {
    gate.wait();
    return lent;
  }
  Gate gate;
  Ref<Slow> lent;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Lender, lend);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

/// The id of the n-th call of a process that makes one at a time.
std::uint64_t call_id(std::uint64_t n) { return (2 * n - 1) << 32 | 1; }

std::string hello_json(std::string_view kind, Member& member) {
  const Address& address = member.address();
  return fmt::format(
      R"({{"kind":"{}","call":0,"versions":[1,1],"features":0,"role":"worker",)"
      R"("body_limit":67108864,"call_limit":8192,)"
      R"("address":{{"id":{},"incarnation":1,"host":"localhost","pid":{},"agent":0,"endpoint":"{}"}}}})",
      kind, address.id.value, address.pid, address.endpoint);
}

std::string call_json_of(std::uint64_t id, std::uint64_t object, std::string_view method,
                         std::string_view arguments, int pieces = 1, std::string_view flag = {}) {
  return fmt::format(
      R"({{"kind":"call","call":{},"pieces":{},"object":{},"method":{},"parent":0,"remaining_ms":0,)"
      R"("depth":0,"to_result":{},"keep_result":{},"arguments":{}}})",
      id, pieces, object, signature_id(fmt::format("lang_test::{}", method)), flag == "to_result",
      flag == "keep_result", arguments);
}

/// What stands before the first call of each method.
std::string signature_json(std::string_view method) {
  const std::string text = fmt::format("lang_test::{}", method);
  return fmt::format(R"({{"kind":"signature","call":{},"signature":"{}"}})", signature_id(text), text);
}

std::string call_json(std::uint64_t n, std::uint64_t object, std::string_view method,
                      std::string_view arguments, int pieces = 1, std::string_view flag = {}) {
  return call_json_of(call_id(n), object, method, arguments, pieces, flag);
}

std::string reply_json(std::uint64_t n, std::string_view result) {
  return fmt::format(R"({{"kind":"reply","call":{},"result":{}}})", call_id(n), result);
}

std::string reference_json(std::string_view form, std::uint64_t object, std::string_view of = "Counter") {
  return fmt::format(R"({{"reference":"{}","object":{},"interface":"lang_test::{}"}})", form, object, of);
}

std::string drop_json(std::uint64_t object, int count) {
  return fmt::format(R"({{"kind":"drop","call":0,"drops":[{{"object":{},"count":{}}}]}})", object, count);
}

void save(const std::string& directory, const std::string& side, Member& member,
          const std::vector<std::string>& json) {
  link::testing::Faults& faults = member.transport().faults;
  std::ofstream bytes(directory + "/" + side + ".bytes", std::ios::binary);
  std::lock_guard lock(faults.mutex);
  bytes.write(reinterpret_cast<const char*>(faults.written.data()),
              static_cast<std::streamsize>(faults.written.size()));
  std::ofstream(directory + "/" + side + ".json") << fmt::format("[{}]", fmt::join(json, ",\n"));
}

/// Borrows an object and calls it before it is there; what the dialer and the acceptor say.
void borrow(Cluster& cluster, std::vector<std::string>& dialer, std::vector<std::string>& acceptor) {
  auto slow = std::make_shared<Slow>();
  auto lender = std::make_shared<Lender>();
  lender->lent = cluster[1].ref(slow);
  cluster[1].publish(object_id + 3, lender);
  auto remote = cluster[0].published<Lender>(cluster[1], object_id + 3).within(0ms);
  auto promised = remote.pipeline<&Lender::lend>();
  auto waited = promised.within(0ms).async_call<&Slow::wait>(boost::asio::use_future);
  while (cluster[1].node().recorder().in_flight(record::Direction::incoming) < 2) std::this_thread::yield();
  lender->gate.open();
  const std::uint64_t object = promised.target()->object();  // waits for the answer
  slow->gate.open();
  waited.get();
  promised.reset();
  while (cluster[1].node().exports().size() > 0) std::this_thread::yield();

  // The second call in flight stands in the second slot.
  const std::uint64_t second = call_id(1) + 1;
  dialer.push_back(signature_json("Lender.lend()->ref<lang_test::Slow>"));
  dialer.push_back(
      call_json(8, object_id + 3, "Lender.lend()->ref<lang_test::Slow>", "[]", 1, "keep_result"));
  dialer.push_back(signature_json("Slow.wait()->void"));
  dialer.push_back(call_json_of(second, call_id(8), "Slow.wait()->void", "[]", 1, "to_result"));
  dialer.push_back(fmt::format(R"({{"kind":"forget","call":{}}})", call_id(8)));
  dialer.push_back(drop_json(object, 1));
  acceptor.push_back(reply_json(8, reference_json("writers_own", object, "Slow")));
  acceptor.push_back(fmt::format(R"({{"kind":"reply","call":{},"result":null}})", second));
}

// What two nodes say to each other, and in words what it means: tests/wire/reader_test.py compares the two.
TEST(Session, IsRecorded) {
  link::testing::TemporaryDirectory own_directory;
  const char* given = std::getenv("CIRCUIT_SESSION");
  std::string directory = given != nullptr ? given : own_directory.path();

  Cluster cluster(2);
  for (std::size_t i = 0; i < 2; ++i) cluster[i].transport().faults.record = true;
  auto broker = make_broker(cluster[1]);
  cluster[1].publish(object_id + 1, std::make_shared<Serial>());
  cluster[1].publish(object_id + 2, std::make_shared<Calculator>());
  auto door = cluster[0].published<Broker>(cluster[1], object_id).within(0ms);
  auto serial = cluster[0].published<Serial>(cluster[1], object_id + 1).within(0ms);
  auto calculator = cluster[0].published<Calculator>(cluster[1], object_id + 2).within(0ms);

  auto counter = door.call<&Broker::make>();
  std::uint64_t theirs = counter.target()->object();
  counter.within(0ms).call<&Counter::increment>();
  serial.call<&Serial::weigh>(Bytes(wire::testing::filled(150'000)));
  EXPECT_EQ(failure_of([&] { calculator.call<&Calculator::fail>("why"); }).text, "why");
  auto own = cluster[0].ref(std::make_shared<Counter>());
  door.call<&Broker::keep>(own);
  std::uint64_t ours = broker->kept.target()->object();
  EXPECT_TRUE(door.call<&Broker::give>());
  door.call<&Broker::drop>();
  ASSERT_TRUE(cluster[0].wait([&] { return cluster[0].node().exports().size() == 0; }));
  counter.reset();
  ASSERT_TRUE(cluster[1].wait([&] { return cluster[1].node().exports().size() == 0; }));

  std::vector<std::string> dialer{
      hello_json("hello", cluster[0]),
      signature_json("Broker.make()->ref<lang_test::Counter>"),
      call_json(1, object_id, "Broker.make()->ref<lang_test::Counter>", "[]"),
      signature_json("Counter.increment()->i32"),
      call_json(2, theirs, "Counter.increment()->i32", "[]"),
      signature_json("Serial.weigh(bytes)->u64"),
      call_json(3, object_id + 1, "Serial.weigh(bytes)->u64", R"([{"length":150000}])", 3),
      signature_json("Calculator.fail(text)->void"),
      call_json(4, object_id + 2, "Calculator.fail(text)->void", R"(["why"])"),
      signature_json("Broker.keep(ref<lang_test::Counter>)->void"),
      call_json(5, object_id, "Broker.keep(ref<lang_test::Counter>)->void",
                fmt::format("[{}]", reference_json("writers_own", ours))),
      signature_json("Broker.give()->ref<lang_test::Counter>"),
      call_json(6, object_id, "Broker.give()->ref<lang_test::Counter>", "[]"),
      signature_json("Broker.drop()->void"),
      call_json(7, object_id, "Broker.drop()->void", "[]"),
      drop_json(theirs, 1)};
  std::vector<std::string> acceptor{
      hello_json("welcome", cluster[1]),
      reply_json(1, reference_json("writers_own", theirs)),
      reply_json(2, "1"),
      reply_json(3, "150000"),
      fmt::format(R"({{"kind":"failure","call":{},"error":"failed","text":"why","type":"std::domain_error",)"
                  R"("may_have_run":true}})",
                  call_id(4)),
      reply_json(5, "null"),
      reply_json(6, reference_json("readers_own", ours)),
      drop_json(ours, 1),
      reply_json(7, "null")};
  borrow(cluster, dialer, acceptor);
  save(directory, "dialer", cluster[0], dialer);
  save(directory, "acceptor", cluster[1], acceptor);
}

}  // namespace
}  // namespace circuit::lang::testing
