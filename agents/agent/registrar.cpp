#include "agent/registrar.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/paths.hpp"

namespace circuit::agent {
namespace {

namespace fs = std::filesystem;

std::optional<anchor::SessionCredentials> read_session(const fs::path& file) {
  auto text = read_file(file, 4096);
  if (text.has_error()) return std::nullopt;
  auto space = text->find(' ');
  anchor::SessionCredentials session;
  auto [end, error] =
      std::from_chars(text->data(), text->data() + std::min(space, text->size()), session.id, 16);
  if (space == std::string::npos || error != std::errc() || end != text->data() + space) return std::nullopt;
  session.password = text->substr(space + 1);
  return session;
}

Result<std::shared_ptr<anchor::Coordinator>> connect(anchor::embedded::Store& store, const fs::path& file) {
  auto session = store.connect(read_session(file));
  if (session.has_error()) session = store.connect();
  if (session.has_error())
    return failure(ErrorKind::unreachable, "the anchor tree gives no session: " + session.error().text);
  anchor::SessionCredentials credentials = (*session)->session();
  auto written = write_file(file, fmt::format("{:x} {}", credentials.id, credentials.password));
  if (written.has_error()) return written.error();
  return std::move(*session);
}

}  // namespace

Result<std::unique_ptr<Registrar>> Registrar::open(const fs::path& directory, link::Loop& loop) {
  auto store = anchor::embedded::Store::open(directory / "tree.db");
  if (store.has_error()) return store.error();
  auto session = connect(**store, directory / "session");
  if (session.has_error()) return session.error();
  return std::unique_ptr<Registrar>(new Registrar(std::move(*store), std::move(*session), loop));
}

Registrar::Registrar(std::shared_ptr<anchor::embedded::Store> store,
                     std::shared_ptr<anchor::Coordinator> session, link::Loop& loop)
    : loop_(loop), store_(std::move(store)), session_(std::move(session)) {
  tree_ =
      std::make_unique<anchor::Tree>(session_, [this](std::function<void()> job) { submit(std::move(job)); });
  // Sessions of others that have not come back: this agent is the only one there is.
  submit([this] {
    store_->expire_due(UINT64_MAX);
    if (auto swept = tree_->sweep(); swept.has_error())
      log::warn("cannot sweep the anchor tree: {}", swept.error().text);
  });
  thread_ = std::thread([this] { work(); });
}

Registrar::~Registrar() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    ready_.notify_one();
  }
  thread_.join();
}

void Registrar::submit(std::function<void()> job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  ready_.notify_one();
}

void Registrar::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

void Registrar::add(std::vector<anchor::Path> anchors, anchor::Entry entry,
                    std::function<void(Result<void>)> done) {
  submit([this, anchors = std::move(anchors), entry = std::move(entry), done = std::move(done)] {
    loop_.post([done, result = tree_->add(anchors, entry)] { done(result); });
  });
}

void Registrar::remove(std::vector<anchor::Path> anchors, WorkerId worker,
                       std::function<void(Result<void>)> done) {
  submit([this, anchors = std::move(anchors), worker, done = std::move(done)] {
    loop_.post([done, result = tree_->remove(anchors, worker)] { done(result); });
  });
}

void Registrar::list(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done) {
  submit([this, directory = std::move(directory), done = std::move(done)] {
    loop_.post([done, result = tree_->list(directory)] { done(result); });
  });
}

void Registrar::walk(anchor::Path directory, std::function<void(Result<Walk>)> done) {
  submit([this, directory = std::move(directory), done = std::move(done)] {
    loop_.post([done, result = tree_->walk(directory)] { done(result); });
  });
}

void Registrar::retain(std::vector<WorkerId> living) {
  std::sort(living.begin(), living.end());
  submit([this, living = std::move(living)] {
    auto all = tree_->walk(anchor::Path());
    if (all.has_error()) return;
    for (const auto& [directory, listing] : *all)
      for (const anchor::Entry& entry : listing.files)
        if (!std::binary_search(living.begin(), living.end(), entry.address.id))
          if (auto removed = tree_->remove({directory}, entry.address.id); removed.has_error())
            log::warn("cannot remove {} from {}: {}", entry.address.id.string(), directory.string(),
                      removed.error().text);
  });
}

void Registrar::settle(std::function<void()> done) {
  submit([this, done = std::move(done)] { loop_.post(done); });
}

}  // namespace circuit::agent
