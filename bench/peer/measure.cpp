#include "measure.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/process_stat.hpp"

namespace circuit::bench {
namespace {

/// 64 buckets for each power of two from 64 on; below, one for each nanosecond.
std::size_t bucket_of(std::uint64_t ns) {
  if (ns < 64) return ns;
  const auto exponent = static_cast<std::size_t>(std::bit_width(ns) - 1);
  return (exponent - 5) * 64 + ((ns >> (exponent - 6)) & 63);
}

std::uint64_t middle_of(std::size_t bucket) {
  if (bucket < 64) return bucket;
  const std::size_t exponent = bucket / 64 + 5;
  const std::uint64_t width = std::uint64_t{1} << (exponent - 6);
  return (std::uint64_t{64} + bucket % 64) * width + width / 2;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::uint64_t switches_of(pid_t process) {
  std::uint64_t all = 0;
  std::error_code error;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process), error)) {
    std::ifstream status(thread.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.find("voluntary_ctxt_switches:") != std::string::npos)
        all += std::stoull(line.substr(line.find(':') + 1));
  }
  return all;
}

/// Field `number` of the process's stat, a time in ticks: coarse, and only for how the whole is divided.
double divided_time_of(pid_t process, int number) {
  return static_cast<double>(process_stat(process, number).value_or(0)) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_time_of(pid_t process) {
  clockid_t clock;
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

void Histogram::add(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  ++buckets_[std::min(bucket_of(ns), buckets_.size() - 1)];
  ++count_;
  longest_ns_ = std::max(longest_ns_, ns);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  longest_ns_ = std::max(longest_ns_, other.longest_ns_);
}

double Histogram::quantile_us(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if ((seen += buckets_[i]) > wanted) return static_cast<double>(middle_of(i)) / 1000.0;
  return longest_us();
}

Usage Usage::now(pid_t server) {
  Usage usage;
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  usage.client_user = seconds(own.ru_utime);
  usage.client_system = seconds(own.ru_stime);
  usage.client_switches = static_cast<std::uint64_t>(own.ru_nvcsw + own.ru_nivcsw);
  if (server == 0) return usage;
  usage.server_cpu = cpu_time_of(server);
  usage.server_user = divided_time_of(server, 14);
  usage.server_system = divided_time_of(server, 15);
  usage.server_switches = switches_of(server);
  return usage;
}

void Meter::begin() {
  before_ = Usage::now(options_.server_pid);
  began_ = Steady::now();
  running_ = true;
}

bool Meter::done(std::uint64_t calls, Steady::time_point now) const {
  const std::chrono::duration<double> past = now - began_;
  return past >= options_.at_most || (past >= options_.at_least && calls >= options_.min_calls);
}

void Meter::end(std::uint64_t calls, const Histogram& durations) {
  running_ = false;
  const double past = std::chrono::duration<double>(Steady::now() - began_).count();
  const Usage after = Usage::now(options_.server_pid);
  const double count = std::max<double>(static_cast<double>(calls), 1);
  auto per_call_us = [count](double from, double to) { return (to - from) * 1e6 / count; };
  auto per_call = [count](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(to - from) / count;
  };
  const double client_user = per_call_us(before_.client_user, after.client_user);
  const double client_system = per_call_us(before_.client_system, after.client_system);
  const double server = per_call_us(before_.server_cpu, after.server_cpu);
  fmt::print(R"({{"work":"{}","mode":"{}","payload":{},"outstanding":{},"threads":{},)", options_.work,
             options_.mode, options_.payload_bytes, options_.outstanding, options_.threads);
  fmt::print(R"("calls":{},"secs":{:.3f},"cps":{:.1f},"MBps":{:.2f},)", calls, past, count / past,
             count * static_cast<double>(options_.payload_bytes) / past / 1e6);
  fmt::print(R"("p50":{:.2f},"p99":{:.2f},"p999":{:.2f},"max":{:.1f},)", durations.quantile_us(0.5),
             durations.quantile_us(0.99), durations.quantile_us(0.999), durations.longest_us());
  fmt::print(R"("cli_cpu_us":{:.3f},"cli_user_us":{:.3f},"cli_sys_us":{:.3f},)", client_user + client_system,
             client_user, client_system);
  fmt::print(R"("srv_cpu_us":{:.3f},"srv_user_us":{:.3f},"srv_sys_us":{:.3f},"cpu_us":{:.3f},)", server,
             per_call_us(before_.server_user, after.server_user),
             per_call_us(before_.server_system, after.server_system), client_user + client_system + server);
  fmt::print(R"("cli_csw":{:.3f},"srv_csw":{:.3f}}})"
             "\n",
             per_call(before_.client_switches, after.client_switches),
             per_call(before_.server_switches, after.server_switches));
  std::fflush(stdout);
}

}  // namespace circuit::bench
