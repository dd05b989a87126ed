#include "model/errands.hpp"

#include <utility>

#include "base/limits.hpp"

namespace circuit::gui {

void Errands::Inbox::put(Then then) {
  std::lock_guard lock(mutex);
  if (!open) return;
  thens.push_back(std::move(then));
  wake();
}

Errands::Errands(std::function<void()> wake) : inbox_(std::make_shared<Inbox>()) {
  inbox_->wake = std::move(wake);
  for (std::size_t i = 0; i < limits::gui_errand_threads; ++i) threads_.emplace_back([this] { serve(); });
}

Errands::~Errands() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  std::lock_guard lock(inbox_->mutex);
  inbox_->open = false;
  inbox_->thens.clear();
}

bool Errands::run(Work work) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() + running_ >= limits::gui_errands) return false;
    waiting_.push_back(std::move(work));
  }
  wanted_.notify_one();
  return true;
}

std::function<void(Errands::Then)> Errands::poster() const {
  return [inbox = inbox_](Then then) { inbox->put(std::move(then)); };
}

void Errands::settle() {
  std::vector<Then> thens;
  {
    std::lock_guard lock(inbox_->mutex);
    thens.swap(inbox_->thens);
  }
  for (const Then& then : thens)
    if (then) then();
}

bool Errands::busy() const {
  std::lock_guard lock(mutex_);
  return running_ > 0 || !waiting_.empty();
}

void Errands::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    inbox_->put(work());
    work = nullptr;
    lock.lock();
    --running_;
  }
}

}  // namespace circuit::gui
