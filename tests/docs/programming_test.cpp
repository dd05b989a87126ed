// The listings of docs/programming.md, in its order. tests/docs/listings.py compares them.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/describe/class.hpp>
#include <gmock/gmock.h>
#include <map>
#include <optional>

#include <circuit/async.hpp>
#include <circuit/circuit.hpp>
#include <circuit/secret.hpp>
#include <circuit/testing.hpp>

namespace asio = boost::asio;

// -- worker functions ---------------------------------------------------------------------------------------

std::string greet(std::string name) { return "Hello " + name; }
CIRCUIT_FUNCTION(greet, "name");

int add(int a, int b) { return a + b; }

// -- values -------------------------------------------------------------------------------------------------

struct Place {
  std::string city;
  std::optional<double> height_m;
};
struct Trip {
  std::uint64_t id = 0;
  std::vector<Place> stops;
  std::map<std::string, std::string> notes;
};

struct Person {
  std::string name;
  std::uint32_t born = 0;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, born))

class Colour {
 public:
  Colour() = default;
  explicit Colour(std::uint32_t rgb) : rgb_(rgb) {}
  std::uint32_t rgb() const { return rgb_; }

 private:
  std::uint32_t rgb_ = 0;
};

template <>
struct circuit::Codec<Colour> {
  static void encode(Encoder& out, const Colour& colour) { circuit::encode(out, colour.rgb()); }
  static void decode(Decoder& in, Colour& colour) {
    std::uint32_t rgb = 0;
    circuit::decode(in, rgb);
    colour = Colour(rgb);
  }
  static void describe(Descriptor& out) { out.append("colour"); }
};

Trip longer(Trip trip, Person guest, Colour colour) {
  trip.stops.push_back({guest.name, std::nullopt});
  trip.notes["colour"] = std::to_string(colour.rgb());
  return trip;
}
CIRCUIT_FUNCTION(longer);

// -- objects ------------------------------------------------------------------------------------------------

class Account {
 public:
  void deposit(std::int64_t cents) { cents_ += cents; }
  std::int64_t balance() const { return cents_; }
  std::string stat() const { return std::to_string(cents_) + " cents"; }

 private:
  std::int64_t cents_ = 0;
};
CIRCUIT_INTERFACE(Account, deposit, balance, stat);

circuit::Ref<Account> open_account() { return circuit::here().make<Account>(); }
CIRCUIT_FUNCTION(open_account);

asio::awaitable<std::int64_t> total(std::vector<circuit::Ref<Account>> accounts) {
  std::int64_t cents = 0;
  for (auto& account : accounts) cents += co_await account.async_call<&Account::balance>(asio::use_awaitable);
  co_return cents;
}
CIRCUIT_FUNCTION(total);

class Bank {
 public:
  circuit::Ref<Account> open() { return circuit::here().make<Account>(); }
};
CIRCUIT_INTERFACE(Bank, open);

void pay_in(circuit::Ref<Account> account, std::int64_t cents) { account.call<&Account::deposit>(cents); }
CIRCUIT_FUNCTION(pay_in);

class Shape {
 public:
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
CIRCUIT_INTERFACE(Shape, area);

class Square : public Shape {
 public:
  double area() const override { return side_ * side_; }
  void resize(double side) { side_ = side; }

 private:
  double side_ = 1;
};
CIRCUIT_INTERFACE(Square, extends(Shape), resize);

// -- channels -----------------------------------------------------------------------------------------------

void count_to(int last, circuit::Channel<int> numbers) {
  for (int i = 1; i <= last; ++i) numbers.send(i);
  numbers.close();
}
CIRCUIT_FUNCTION(count_to);

std::size_t read_lines() {
  auto lines = circuit::here().open_channel<std::string>("/jobs/lines", std::chrono::seconds(10));
  std::size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size();
  return bytes;
}
CIRCUIT_FUNCTION(read_lines);

// -- time ---------------------------------------------------------------------------------------------------

class Search {
 public:
  int look() {
    const std::stop_token stop = circuit::stop_token();
    int looked_at = 0;
    while (!stop.stop_requested()) ++looked_at;
    return looked_at;
  }
};
CIRCUIT_INTERFACE(Search, concurrent, look);

bool log_in(std::string name, circuit::Secret<std::string> password) {
  return name == "ada" && password.reveal() == "lovelace";
}
CIRCUIT_FUNCTION(log_in);

namespace {

using namespace std::chrono_literals;

class Programming : public ::testing::Test {
 protected:
  circuit::testing::Cluster cluster{1};
  circuit::Runtime& runtime = cluster.runtime();
};

TEST_F(Programming, Spawns) {
  auto [reply, worker] = runtime.spawn("localhost", {"/hello"}, greet, "world");
  EXPECT_EQ(reply, "Hello world");
  auto sum = runtime.spawn<add>("localhost", {}, 2, 3).value;
  auto product = runtime
                     .spawn(
                         "localhost", {}, [](int a, int b) { return a * b; }, 2, 3)
                     .value;
  EXPECT_EQ(sum + product, 11);
}

TEST_F(Programming, Values) {
  Trip trip{7, {{"Rome", 21.0}}, {}};
  trip = runtime.spawn("localhost", {}, longer, trip, Person{"Ada", 1815}, Colour(255)).value;
  EXPECT_EQ(trip.stops.at(1).city, "Ada");
  EXPECT_EQ(trip.notes.at("colour"), "255");
}

TEST_F(Programming, LifeOfAWorker) {
  circuit::Address worker = runtime.start_worker("localhost", {"/pool"});
  std::string first = runtime.run(worker, greet, "Ada");
  std::string second = runtime.run(worker, greet, "Grace");
  runtime.release(worker);
  EXPECT_EQ(first + second, "Hello AdaHello Grace");

  auto outcomes = runtime.spawn_all({"host1", "host2", "host3"}, {"/greeters"}, greet, "all");
  for (const auto& outcome : outcomes)
    if (outcome.error) std::printf("%s: %s\n", outcome.host.c_str(), outcome.error->what());
  EXPECT_EQ(outcomes.size(), 3u);
}

TEST_F(Programming, Objects) {
  auto account = runtime.spawn("localhost", {"/accounts"}, open_account).value;
  account.call<&Account::deposit>(250);
  runtime.spawn("localhost", {}, pay_in, account, 100);  // a third process gets the reference
  std::int64_t cents = account.call<&Account::balance>();
  account.reset();
  EXPECT_EQ(cents, 350);

  circuit::Ref<Square> square = runtime.make<Square>();
  square.call<&Square::resize>(3.0);
  circuit::Ref<Shape> shape = square;
  double area = shape.call<&Shape::area>();
  EXPECT_EQ(area, 9.0);

  circuit::X anything = shape;
  area = anything.call<double>("area");
  EXPECT_EQ(area, 9.0);
}

TEST_F(Programming, CallsBeforeTheAnswer) {
  circuit::Ref<Bank> bank = runtime.make<Bank>();
  circuit::Ref<Account> account = bank.pipeline<&Bank::open>();
  account.call<&Account::deposit>(250);
  EXPECT_EQ(account.call<&Account::balance>(), 250);
}

TEST_F(Programming, ServicesAndTheStore) {
  runtime.listen("savings", std::make_shared<Account>());
  auto savings = runtime.dial<Account>(runtime.address(), "savings");
  savings.call<&Account::deposit>(5);
  auto acid = runtime.dial<circuit::Acid>(runtime.address(), "acid");
  std::string text = acid.call<&circuit::Acid::stat>("savings");
  EXPECT_EQ(text, "5 cents");

  circuit::PermRef<Account> lasting = runtime.perm_ref(std::make_shared<Account>());
  circuit::Bytes bytes = circuit::export_values(std::string("kept"), lasting);
  auto [name, again] = runtime.import_values<std::string, circuit::PermRef<Account>>(bytes);
  again.call<&Account::deposit>(1);
  EXPECT_EQ(name, "kept");
}

TEST_F(Programming, Channels) {
  auto numbers = runtime.channel<int>(100);  // senders wait when 100 values lie in it
  int sum = 0;
  std::future<circuit::Spawned<void>> sender =
      runtime.async_spawn(asio::use_future, "localhost", {}, count_to, 1000, numbers);
  for (int number : numbers) sum += number;
  sender.get();
  EXPECT_EQ(sum, 500'500);

  auto words = runtime.channel<std::string>();
  std::vector<std::string> some{"one", "two", "three"};
  words.send_all(some);
  std::optional<std::string> word = words.try_receive();
  std::vector<std::string> rest = words.receive_all();
  EXPECT_EQ(word, "one");
  EXPECT_EQ(rest.size(), 2u);
}

TEST_F(Programming, ChannelsByName) {
  auto lines = runtime.channel<std::string>(100);
  runtime.offer_channel("/jobs/lines", lines);
  lines.send_all(std::vector<std::string>{"one", "two"});
  lines.close();
  EXPECT_EQ(runtime.spawn("localhost", {}, read_lines).value, 6u);
}

TEST_F(Programming, Anchors) {
  circuit::Anchors anchors = runtime.anchors();
  anchors.add("/apps/teller");
  for (const auto& [id, file] : anchors.open("/apps/teller").files().files)
    std::printf("%s on %s\n", id.string().c_str(), file.address.host.c_str());
  circuit::AnchorWatch watch = anchors.watch_subtree("/apps", [](const auto& events) {
    for (const circuit::AnchorEvent& event : events) std::printf("%s\n", event.directory.c_str());
  });
  EXPECT_EQ(anchors.open("/apps").dirs().size(), 1u);
}

TEST_F(Programming, Deadlines) {
  auto search = runtime.make<Search>();
  try {
    search.within(20ms).call<&Search::look>();
  } catch (const circuit::Error& error) {
    EXPECT_EQ(error.kind(), circuit::ErrorKind::deadline);
    EXPECT_TRUE(error.may_have_run());
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(search.until(stop.get_token()).call<&Search::look>(), circuit::Error);
}

asio::awaitable<std::int64_t> save(circuit::Ref<Account> account) {
  co_await account.async_call<&Account::deposit>(asio::use_awaitable, 40);
  co_return co_await account.async_call<&Account::balance>(asio::use_awaitable);
}

TEST_F(Programming, CompletionTokens) {
  circuit::Ref<Account> account = runtime.make<Account>();
  std::future<std::int64_t> balance = account.async_call<&Account::balance>(asio::use_future);
  EXPECT_EQ(balance.get(), 0);
  asio::io_context context;
  std::future<std::int64_t> saved = asio::co_spawn(context, save(account), asio::use_future);
  context.run();
  EXPECT_EQ(saved.get(), 40);
  std::int64_t sum = runtime.spawn("localhost", {}, total, std::vector{account}).value;
  EXPECT_EQ(sum, 40);
  auto started = circuit::async_invoke(
      runtime, asio::use_future, [&](std::stop_token) { return runtime.start_worker("localhost", {}); });
  EXPECT_TRUE(started.get().id);
}

TEST_F(Programming, Secrets) {
  bool in = runtime.spawn("localhost", {}, log_in, "ada", circuit::Secret<std::string>("lovelace")).value;
  EXPECT_TRUE(in);
}

}  // namespace
