// What must not be done by the thread that draws.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace circuit::gui {

/// Runs work that may block on a few threads of its own, and hands what is to follow back to the thread that
/// draws. Thread safety: run() from any thread; settle() from the drawing thread alone.
class Errands {
 public:
  using Then = std::function<void()>;
  using Work = std::function<Then()>;

  /// `wake` is called, from any thread, when settle() has something to do.
  explicit Errands(std::function<void()> wake);
  /// Drops what has not begun and waits for what has.
  ~Errands();
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// Runs `work` elsewhere, and what it returns in settle(). False, and nothing is run, when
  /// limits::gui_errands wait or run already.
  bool run(Work work);
  /// A function that has settle() call what it is given, from any thread; it may outlive this, and then does
  /// nothing.
  std::function<void(Then)> poster() const;
  /// Calls what has come back.
  void settle();
  /// Whether anything runs or waits.
  bool busy() const;

 private:
  /// What has come back. Shared with those who may outlive the rest.
  struct Inbox {
    std::mutex mutex;
    std::function<void()> wake;
    bool open = true;
    std::vector<Then> thens;
    void put(Then then);
  };
  void serve();

  std::shared_ptr<Inbox> inbox_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Work> waiting_;
  std::size_t running_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace circuit::gui
