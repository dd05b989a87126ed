#include "runtime/own_session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <unistd.h>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/process_stat.hpp"
#include "runtime/anchor_client.hpp"
#include "runtime/anchor_record.hpp"

namespace circuit::runtime {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

anchor::Path path_of(const std::string& text) { return value_or_throw(anchor::Path::parse(text)); }

std::vector<anchor::Path> paths_of(const std::vector<std::string>& texts) {
  std::vector<anchor::Path> paths;
  for (const std::string& text : texts) paths.push_back(path_of(text));
  return paths;
}

AnchorListing listing_of(const anchor::Listing& listing) {
  AnchorListing out;
  out.rev = listing.revision;
  out.dirs = listing.directories;
  for (const anchor::Entry& entry : listing.files)
    out.files.emplace(entry.address.id, file_of(record_of(entry)));
  return out;
}

}  // namespace

anchor::Entry entry_of(const lang::Node& node, std::string function, bool is_app) {
  anchor::Entry entry;
  entry.address = node.own_address();
  entry.start_ticks = process_stat(::getpid(), 22).value_or(0);
  entry.started_wall_ns = node.clock().wall_ns();
  entry.function = std::move(function);
  entry.executable = own_executable().string();
  entry.app = is_app;
  return entry;
}

OwnSession::OwnSession(lang::Node& node, std::shared_ptr<anchor::Coordinator> coordinator,
                       anchor::Entry entry)
    : node_(node),
      entry_(std::move(entry)),
      tree_(std::move(coordinator), [jobs = jobs_](JobThread::Job job) { jobs->submit(std::move(job)); }) {}

void OwnSession::close() {
  if (closed_.exchange(true)) return;
  std::set<std::string> own;
  {
    std::lock_guard lock(mutex_);
    own.swap(own_);
    changed_.notify_all();
  }
  jobs_->stop();
  followed_.clear();
  if (own.empty()) return;
  if (auto removed = tree_.remove(paths_of({own.begin(), own.end()}), entry_.address.id); removed.has_error())
    log::warn("this process may stay in the anchor tree as long as its session: {}", removed.error().text);
}

lang::Node& OwnSession::open_node() const {
  if (closed_) throw Error(ErrorKind::cancelled, "this runtime has ended");
  if (node_.loop().on_loop())
    throw Error(ErrorKind::refused, "asking for the anchor tree on the I/O thread would hold up everything");
  return node_;
}

// -- asking -------------------------------------------------------------------------------------------------

AnchorListing OwnSession::open(const std::string& path) {
  open_node();
  return listing_of(value_or_throw(tree_.open(path_of(path))));
}

AnchorListing OwnSession::change(const std::string& path, std::uint64_t since,
                                 std::optional<milliseconds> timeout) {
  const anchor::Path directory = path_of(path);
  const auto until =
      Steady::now() + std::clamp<milliseconds>(timeout.value_or(milliseconds::max()), milliseconds(0),
                                               std::chrono::hours(24 * 36500));
  for (;;) {
    AnchorListing now = open(path);
    if (now.rev > since) return now;
    bool told = false;
    auto watch = tree_.watch(directory, since, [&](const Result<anchor::Listing>&) {
      std::lock_guard lock(mutex_);
      told = true;
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    const bool in_time = changed_.wait_until(lock, until, [&] { return told || closed_; });
    lock.unlock();
    watch.cancel();
    if (!in_time)
      throw Error(ErrorKind::deadline, fmt::format("nothing has changed in {} within the time given", path));
  }
}

// -- its own place ------------------------------------------------------------------------------------------

void OwnSession::check_room(const std::vector<std::string>& paths) {
  open_node();
  std::lock_guard lock(mutex_);
  std::set<std::string> all = own_;
  all.insert(paths.begin(), paths.end());
  if (all.size() <= limits::anchors_per_worker) return;
  throw Error(ErrorKind::overloaded, fmt::format("{} stands under {} anchors, and may under no more",
                                                 entry_.address.string(), own_.size()));
}

void OwnSession::stands(const std::vector<std::string>& paths) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_) {
      own_.insert(paths.begin(), paths.end());
      return;
    }
  }
  static_cast<void>(tree_.remove(paths_of(paths), entry_.address.id));
  throw Error(ErrorKind::cancelled, "this runtime has ended");
}

void OwnSession::add_all(const std::vector<std::string>& paths) {
  check_room(paths);
  value_or_throw(tree_.add(paths_of(paths), entry_));
  stands(paths);
}

void OwnSession::claim(const std::string& path) {
  check_room({path});
  value_or_throw(tree_.claim(path_of(path), entry_));
  stands({path});
}

void OwnSession::remove(const std::string& path) {
  open_node();
  if (!entry_.app && path == "/host/" + entry_.address.host)
    throw Error(ErrorKind::invalid,
                fmt::format("every worker of {} stands under {}", entry_.address.host, path));
  value_or_throw(tree_.remove({path_of(path)}, entry_.address.id));
  std::lock_guard lock(mutex_);
  own_.erase(path);
}

// -- watches ------------------------------------------------------------------------------------------------

std::shared_ptr<SubtreeWatch> OwnSession::watch(const std::string& path, AnchorHandler handler) {
  auto watch = std::make_shared<SubtreeWatch>(weak_from_this(), open_node(), path, std::move(handler));
  auto begun = std::make_shared<std::promise<Result<void>>>();
  auto outcome = begun->get_future();
  jobs_->submit([this, path, watch, begun] { begun->set_value(follow(path, watch)); });
  begun.reset();
  try {
    value_or_throw(outcome.get());
  } catch (const std::future_error&) {  // the job was forgotten
    throw Error(ErrorKind::cancelled, "this runtime has ended");
  }
  return watch;
}

Result<void> OwnSession::follow(const std::string& path, const std::shared_ptr<SubtreeWatch>& watch) {
  if (followed_.size() >= limits::anchor_waits_per_process)
    return failure(ErrorKind::overloaded,
                   fmt::format("one process may have {} watches of the anchor tree at once",
                               limits::anchor_waits_per_process));
  const Followed& followed = followed_.emplace_back(Followed{watch, nullptr});
  auto told = [this, &followed] { tell(followed); };
  auto follower =
      std::make_shared<anchor::Follower>(path_of(path), anchor::Follower::Reach::subtree,
                                         anchor::Follower::Hooks{told, [this] { retry_later(); }});
  followed_.back().follower = follower;
  auto started = follower->start(tree_);
  if (started.has_error()) followed_.pop_back();
  return started;
}

void OwnSession::tell(const Followed& followed) {
  const anchor::SubtreeChange change = followed.follower->since(followed.watch->order().sequence);
  // There is but one follower for all of the watch's life.
  spawn::SubtreeNews news{1, change.sequence, change.whole, {}, {}};
  for (const anchor::Standing& file : change.joined)
    news.joined.push_back({file.directory.string(), record_of(file.entry)});
  for (const anchor::FilePath& file : change.left) news.left.push_back({file.directory.string(), file.id});
  followed.watch->take(news);
  followed.watch->deliver();
}

void OwnSession::end(std::shared_ptr<SubtreeWatch> watch) {
  jobs_->submit([this, watch = std::move(watch)] {
    std::erase_if(followed_, [&](const Followed& each) { return each.watch == watch; });
  });
}

void OwnSession::retry_later() {
  if (std::exchange(retrying_, true)) return;
  jobs_->submit_after(limits::anchor_retry, [this] { retry(); });
}

void OwnSession::retry() {
  retrying_ = false;
  for (const Followed& each : followed_) {
    each.watch->deliver();
    if (each.follower->is_following()) continue;
    if (auto started = each.follower->start(tree_); started.has_error()) return retry_later();
  }
}

}  // namespace circuit::runtime
