#include "lang/cluster.hpp"

namespace circuit::lang::testing {

void Gate::open() {
  std::lock_guard lock(mutex_);
  open_ = true;
  opened_.notify_all();
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  opened_.wait(lock, [this] { return open_; });
}

void Count::add(int by) {
  std::lock_guard lock(mutex_);
  value_ += by;
  changed_.notify_all();
}

int Count::value() {
  std::lock_guard lock(mutex_);
  return value_;
}

bool Count::wait_for(int at_least) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, 20s, [&] { return value_ >= at_least; });
}

Member::Member(const std::string& directory, std::uint64_t id, bool listens) {
  Node::Parts parts;
  parts.address.id = WorkerId{id};
  parts.address.incarnation = 1;
  parts.address.host = "localhost";
  parts.address.pid = static_cast<std::int32_t>(id);
  if (listens) parts.address.endpoint = "unix:" + directory + "/" + std::to_string(id);
  parts.role = wire::Role::worker;
  parts.loop = &loop_;
  parts.transport = &transport_;
  parts.random = &random_;
  parts.recorder = value_or_throw(record::Recorder::create(id));
  node_ = std::make_unique<Node>(std::move(parts));
  node_->set_observer(this);
  node_->exports().on_empty([this] { tell([] {}); });
  node_->handovers().on_empty([this] { tell([] {}); });
  if (listens) value_or_throw(node_->peers().listen(node_->own_address().endpoint));
  loop_.start_thread();
}

Member::~Member() { end(); }

void Member::end() {
  if (!node_) return;
  node_->stop();
  node_.reset();
  loop_.stop();
}

void Member::kill() {
  on_loop(loop_, [this] { transport_.go_down(); });
}

bool Member::is_empty() {
  return node_->exports().size() == 0 && node_->imports().size() == 0 && node_->handovers().size() == 0;
}

bool Member::wait(const std::function<bool()>& come) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, 20s, come);
}

void Member::tell(const std::function<void()>& change) {
  std::lock_guard lock(mutex_);
  change();
  changed_.notify_all();
}

}  // namespace circuit::lang::testing
