// Eight processes hand references to each other while some are killed; an oracle keeps the same books.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <circuit/circuit.hpp>

using circuit::Address;
using circuit::Error;
using circuit::ErrorKind;
using circuit::Ref;
using Id = std::uint64_t;

struct Token {
  Id number() const { return id; }
  Id id = 0;
};
CIRCUIT_INTERFACE(Token, concurrent, number);

/// What a process holds, and which of its own tokens live. Offered as the service `books`.
class Books {
 public:
  void make(Id id) {
    auto token = std::make_shared<Token>();
    token->id = id;
    std::lock_guard lock(mutex_);
    made_[id] = token;
    held_[id] = circuit::here().ref(token);
  }
  /// Hands its reference on, straight to the other process.
  void give(Id id, Address to) {
    Ref<Token> token;
    {
      std::lock_guard lock(mutex_);
      token = held_.at(id);
    }
    circuit::here().dial<Books>(to, "books").call<&Books::take>(id, token);
  }
  void take(Id id, Ref<Token> token) {
    if (token.call<&Token::number>() != id) throw std::logic_error("a reference to another token");
    std::lock_guard lock(mutex_);
    held_[id] = token;
  }
  void drop(Id id) {
    Ref<Token> dropped;  // goes outside the lock
    std::lock_guard lock(mutex_);
    auto found = held_.find(id);
    if (found == held_.end()) return;
    dropped = std::move(found->second);
    held_.erase(found);
  }
  std::set<Id> held() {
    std::lock_guard lock(mutex_);
    std::set<Id> ids;
    for (const auto& [id, token] : held_) ids.insert(id);
    return ids;
  }
  /// Tokens of this process that have not been freed.
  std::set<Id> alive() {
    std::lock_guard lock(mutex_);
    std::set<Id> ids;
    for (const auto& [id, token] : made_)
      if (!token.expired()) ids.insert(id);
    return ids;
  }

 private:
  std::mutex mutex_;
  std::map<Id, std::weak_ptr<Token>> made_;
  std::map<Id, Ref<Token>> held_;
};
CIRCUIT_INTERFACE(Books, concurrent, make, give, take, drop, held, alive);

void open_books() { circuit::here().listen("books", std::make_shared<Books>()); }
CIRCUIT_FUNCTION(open_books);

namespace {

constexpr std::size_t process_count = 8;

/// The oracle: makes things happen at random, and knows what must be.
class Oracle {
 public:
  Oracle(circuit::Runtime& runtime, std::uint64_t seed) : runtime_(runtime), random_(seed) {
    for (std::size_t i = 0; i < process_count; ++i) start();
  }

  void run_until(std::chrono::steady_clock::time_point end) {
    while (std::chrono::steady_clock::now() < end) {
      for (int i = 0; i < 50; ++i) step();
      kill_while_giving();
      check();
    }
    for (auto& [token, holders] : holders_)
      for (const Address& holder : std::exchange(holders, {})) books_.at(holder.id).call<&Books::drop>(token);
    check();
    std::printf("%d operations, %d kills, %d checks: the books are equal\n", operations_, kills_, checks_);
  }

 private:
  struct ById {
    bool operator()(const Address& a, const Address& b) const { return a.id.value < b.id.value; }
  };

  void start() {
    Address worker = runtime_.start_worker("localhost", {"/books"});
    runtime_.run(worker, open_books);
    books_.emplace(worker.id, runtime_.dial<Books>(worker, "books"));
    workers_.push_back(worker);
  }
  const Address& any() { return workers_[random_() % workers_.size()]; }

  /// A token and one of its holders, or nothing.
  std::optional<std::pair<Id, Address>> any_held() {
    if (holders_.empty()) return std::nullopt;
    auto token = std::next(holders_.begin(), static_cast<std::ptrdiff_t>(random_() % holders_.size()));
    if (token->second.empty()) return std::nullopt;
    auto holder =
        std::next(token->second.begin(), static_cast<std::ptrdiff_t>(random_() % token->second.size()));
    return std::pair(token->first, *holder);
  }

  void step() {
    ++operations_;
    const auto what = random_() % 10;
    auto held = any_held();
    if (what < 3 || !held) {
      const Id id = ++last_;
      const Address& owner = any();
      books_.at(owner.id).call<&Books::make>(id);
      owners_[id] = owner;
      holders_[id] = {owner};
    } else if (what < 7) {
      const Address to = any();
      books_.at(held->second.id).call<&Books::give>(held->first, to);
      holders_[held->first].insert(to);
    } else {
      books_.at(held->second.id).call<&Books::drop>(held->first);
      holders_[held->first].erase(held->second);
    }
  }

  /// One process dies by SIGKILL while others hand references to and from it.
  void kill_while_giving() {
    const Address victim = any();
    std::vector<std::thread> givers;
    std::vector<std::tuple<Id, Address, Address>> given;
    for (int i = 0; i < 6; ++i)
      if (auto held = any_held()) given.emplace_back(held->first, held->second, i % 2 == 0 ? victim : any());
    for (const auto& [id, from, to] : given)
      givers.emplace_back([this, id = id, from = from, to = to] {
        try {
          books_.at(from.id).call<&Books::give>(id, to);
        } catch (const Error&) {  // one of the two is dead, or the token's owner
        }
      });
    runtime_.kill(victim, {.signal = SIGKILL});
    for (std::thread& giver : givers) giver.join();
    runtime_.await_death(victim);
    ++kills_;
    std::erase_if(workers_, [&](const Address& worker) { return worker.id == victim.id; });
    books_.erase(victim.id);
    std::erase_if(holders_, [&](const auto& entry) { return owners_.at(entry.first).id == victim.id; });
    for (auto& [id, holders] : holders_) holders.erase(victim);
    // Whether a reference that was on its way has come can only be asked of whom it went to.
    for (const auto& [id, from, to] : given)
      if (to.id != victim.id && holders_.count(id) != 0) {
        const std::set<Id> held = books_.at(to.id).call<&Books::held>();
        if (held.count(id) != 0) holders_[id].insert(to);
      }
    start();
  }

  /// Waits until the processes' books are those of the oracle; what must live has to live all the while.
  void check() {
    ++checks_;
    std::map<circuit::WorkerId, std::set<Id>> expected;
    for (const auto& [id, holders] : holders_)
      if (!holders.empty()) expected[owners_.at(id).id].insert(id);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (const Address& worker : workers_)
      for (;;) {
        const std::set<Id> alive = books_.at(worker.id).call<&Books::alive>();
        for (Id id : expected[worker.id])
          if (alive.count(id) == 0)
            throw std::runtime_error("token " + std::to_string(id) + " was freed too early");
        if (alive == expected[worker.id]) break;
        if (std::chrono::steady_clock::now() > end)
          throw std::runtime_error(std::to_string(alive.size() - expected[worker.id].size()) + " tokens of " +
                                   worker.string() + " are never freed");
        std::this_thread::yield();
      }
    std::erase_if(holders_, [](const auto& entry) { return entry.second.empty(); });
  }

  circuit::Runtime& runtime_;
  std::mt19937_64 random_;
  std::vector<Address> workers_;
  std::map<circuit::WorkerId, Ref<Books>> books_;
  std::map<Id, Address> owners_;
  std::map<Id, std::set<Address, ById>> holders_;
  Id last_ = 0;
  int operations_ = 0, kills_ = 0, checks_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime{argc, argv};
  const auto seconds = std::chrono::seconds(std::atoi(argv[1]));
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  Oracle(runtime, seed).run_until(std::chrono::steady_clock::now() + seconds);
} catch (const std::exception& error) {
  std::fprintf(stderr, "seed %s: %s\n", argv[2], error.what());
  return 1;
}
