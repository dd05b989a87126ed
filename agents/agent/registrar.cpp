#include "agent/registrar.hpp"

#include <utility>

namespace circuit::agent {

Result<std::unique_ptr<Registrar>> Registrar::open(const std::filesystem::path& directory,
                                                   std::uint64_t agent, link::Loop& loop, Changed changed) {
  auto source = open_coordinator(directory);
  if (source.has_error()) return source.error();
  return std::unique_ptr<Registrar>(
      new Registrar(*std::move(source), directory, agent, loop, std::move(changed)));
}

Registrar::Registrar(CoordinatorSource source, const std::filesystem::path& directory, std::uint64_t agent,
                     link::Loop& loop, Changed changed)
    : loop_(loop),
      registry_(std::move(source), directory / "session", agent,
                {[this](std::function<void()> job) { submit(std::move(job)); },
                 [this, changed = std::move(changed)](const std::vector<WorkerId>& workers, bool registered) {
                   loop_.post([changed, workers, registered] { changed(workers, registered); });
                 }}) {
  submit([this] { registry_.begin(); });
  thread_ = std::thread([this] { work(); });
}

Registrar::~Registrar() { stop(); }

void Registrar::close() {
  submit([this] { registry_.end(); });
  stop();
}

void Registrar::stop() {
  if (!thread_.joinable()) return;
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
  auto is_ready = [this] { return stopping_ || !jobs_.empty(); };
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto due = registry_.next_look();
    if (due)
      ready_.wait_until(lock, *due, is_ready);
    else
      ready_.wait(lock, is_ready);
    if (stopping_ && jobs_.empty()) return;
    if (due && *due <= Registry::Steady::now() && !stopping_) {
      lock.unlock();
      registry_.look();
      lock.lock();
      continue;
    }
    if (jobs_.empty()) continue;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

void Registrar::add(std::vector<anchor::Path> anchors, anchor::Entry entry,
                    std::function<void(Result<void>)> done) {
  submit([this, anchors = std::move(anchors), entry = std::move(entry), done = std::move(done)] {
    loop_.post([done, result = registry_.add(anchors, entry)] { done(result); });
  });
}

void Registrar::claim(anchor::Path directory, anchor::Entry entry, std::function<void(Result<void>)> done) {
  submit([this, directory = std::move(directory), entry = std::move(entry), done = std::move(done)] {
    loop_.post([done, result = registry_.claim(directory, entry)] { done(result); });
  });
}

void Registrar::remove(std::vector<anchor::Path> anchors, WorkerId worker,
                       std::function<void(Result<void>)> done) {
  submit([this, anchors = std::move(anchors), worker, done = std::move(done)] {
    loop_.post([done, result = registry_.remove(anchors, worker)] { done(result); });
  });
}

void Registrar::leave(anchor::Path directory, WorkerId worker, std::function<void(Result<void>)> done) {
  submit([this, directory = std::move(directory), worker, done = std::move(done)] {
    loop_.post([done, result = registry_.leave(directory, worker)] { done(result); });
  });
}

void Registrar::list(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done) {
  submit([this, directory = std::move(directory), done = std::move(done)] {
    loop_.post([done, result = registry_.list(directory)] { done(result); });
  });
}

void Registrar::open(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done) {
  submit([this, directory = std::move(directory), done = std::move(done)] {
    loop_.post([done, result = registry_.open(directory)] { done(result); });
  });
}

void Registrar::follow(anchor::Path top, anchor::Follower::Reach reach, std::function<void()> changed,
                       std::function<void(Result<Followed>)> done) {
  auto on_loop = [this, changed = std::move(changed)] { loop_.post(changed); };
  submit([this, top = std::move(top), reach, on_loop = std::move(on_loop), done = std::move(done)] {
    loop_.post([done, result = registry_.follow(top, reach, on_loop)] { done(result); });
  });
}

void Registrar::forget(Followed follower) {
  submit([follower = std::move(follower)]() mutable { follower.reset(); });
}

void Registrar::walk(anchor::Path directory, std::function<void(Result<Walk>)> done) {
  submit([this, directory = std::move(directory), done = std::move(done)] {
    loop_.post([done, result = registry_.walk(directory)] { done(result); });
  });
}

void Registrar::retain(std::vector<WorkerId> living) {
  submit([this, living = std::move(living)] { registry_.retain(living); });
}

void Registrar::settle(std::function<void()> done) {
  submit([this, done = std::move(done)] { loop_.post(done); });
}

}  // namespace circuit::agent
