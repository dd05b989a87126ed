// An app's workers in its own process, for its unit tests.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <circuit/runtime.hpp>

namespace circuit::testing {

/// A runtime whose workers are threads of this process, joined by memory: no agent, no other process, no
/// socket. Everything between them is copied, counted and checked as between processes, but what is static
/// they share, and a function that does not heed a request to stop holds up the end of its worker. The anchor
/// tree is one of memory too, that of this cluster alone; every name of a host is one. Thread safety: any
/// thread.
///
///   circuit::testing::Cluster cluster(2);
///   cluster.runtime().run(cluster.worker(1), greet, "world");
class Cluster {
 public:
  /// Starts that many workers without a function; more come with each spawn.
  explicit Cluster(std::size_t workers = 0);
  /// Ends all workers, which ends the calls to them.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// The app's. It must not be used any more when the cluster is destroyed.
  Runtime& runtime() noexcept;
  /// The i-th of the workers that were started with the cluster.
  const Address& worker(std::size_t i) const { return started_.at(i); }

 private:
  class Workers;

  std::shared_ptr<Workers> workers_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<Address> started_;
};

}  // namespace circuit::testing
