// Counts words with map and reduce: N mappers and M reducers, each in a worker of its own. The mappers get
// references to all reducers, and call them directly.
#include <CLI/CLI.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <thread>

#include <circuit/async.hpp>
#include <circuit/circuit.hpp>

#include "files.hpp"
#include "words.hpp"

/// Adds up the counts of its share of the words. An object in a worker, called by all mappers.
class Reducer {
 public:
  void add(std::vector<WordCount> words) {
    for (const WordCount& word : words) counts_[word.word] += word.count;
  }
  std::vector<WordCount> top(std::uint64_t limit) {
    std::vector<WordCount> all;
    for (const auto& [word, count] : counts_) all.push_back({word, count});
    return top_words(std::move(all), limit);
  }

 private:
  Counts counts_;
};
CIRCUIT_INTERFACE(Reducer, add, top);

using Reducers = std::vector<circuit::Ref<Reducer>>;

circuit::Ref<Reducer> reducer() { return circuit::here().make<Reducer>(); }
CIRCUIT_FUNCTION(reducer);

/// Sends each reducer the words that are its own, by the hash of the word: the same in every process of one
/// build.
void send_counts(const Reducers& reducers, Counts& counts) {
  std::vector<std::vector<WordCount>> shares(reducers.size());
  for (const auto& [word, count] : counts)
    shares[std::hash<std::string>{}(word) % reducers.size()].push_back({word, count});
  for (std::size_t i = 0; i < reducers.size(); ++i)
    if (!shares[i].empty()) reducers[i].call<&Reducer::add>(std::move(shares[i]));
  counts.clear();
}

/// Counts the words of its files. `pace_ms` is a pause after each file, so that the work can be watched.
std::uint64_t mapper(std::vector<std::string> files, Reducers reducers, std::uint32_t pace_ms) {
  constexpr std::size_t batch = 20'000;
  Counts counts;
  std::uint64_t bytes = 0;
  for (const std::string& file : files) {
    std::string rest;
    read_chunks(file, [&](std::string_view chunk) {
      bytes += chunk.size();
      count_words(chunk, rest, counts);
      if (counts.size() > batch) send_counts(reducers, counts);
    });
    count_words(" ", rest, counts);
    if (pace_ms > 0) send_counts(reducers, counts);
    std::this_thread::sleep_for(std::chrono::milliseconds(pace_ms));
  }
  send_counts(reducers, counts);
  return bytes;
}
CIRCUIT_FUNCTION(mapper, "files", "reducers", {"pace_ms", 0});

struct Job {
  std::string directory;
  std::size_t mappers = 8, reducers = 4, top = 10;
  std::uint32_t pace_ms = 0;
};

/// Runs the job once and returns the most frequent words.
std::vector<WordCount> run_job(circuit::Runtime& runtime, const Job& job) {
  std::vector<std::string> files = files_below(job.directory);
  std::vector<std::vector<std::string>> shares(job.mappers);
  for (std::size_t i = 0; i < files.size(); ++i) shares[i % job.mappers].push_back(files[i]);
  Reducers reducers;
  for (std::size_t i = 0; i < job.reducers; ++i)
    reducers.push_back(runtime.spawn("localhost", {"/wordcount/reducer"}, reducer).value);
  std::vector<std::future<circuit::Spawned<std::uint64_t>>> mappers;
  for (auto& share : shares)
    mappers.push_back(runtime.async_spawn(boost::asio::use_future, "localhost", {"/wordcount/mapper"}, mapper,
                                          share, reducers, job.pace_ms));
  for (auto& running : mappers) running.get();
  std::vector<WordCount> words;
  for (const auto& each : reducers)
    for (WordCount& word : each.call<&Reducer::top>(job.top)) words.push_back(std::move(word));
  return top_words(std::move(words), job.top);
}

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);  // in a worker process this line does not return
  CLI::App app("Counts the words of all files below a directory, with mappers and reducers in workers.",
               "wordcount");
  Job job;
  std::size_t rounds = 1;
  app.add_option("DIR", job.directory, "the files below it are counted")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.option_defaults()->always_capture_default();
  app.add_option("--mappers", job.mappers, "workers that read")->check(CLI::Range(1, 256));
  app.add_option("--reducers", job.reducers, "workers that add up")->check(CLI::Range(1, 256));
  app.add_option("--top", job.top, "how many words to print");
  app.add_option("--rounds", rounds, "how often; 0: for ever");
  app.add_option("--pace", job.pace_ms, "milliseconds that a mapper pauses after each file");
  CLI11_PARSE(app, argc, argv);

  for (std::size_t round = 1; rounds == 0 || round <= rounds; ++round) {
    if (rounds != 1) std::cout << "Round " << round << ":\n";
    for (const WordCount& word : run_job(runtime, job)) std::cout << word.count << " " << word.word << "\n";
    std::cout << std::flush;
  }
} catch (const circuit::Error& error) {
  std::cerr << "wordcount: " << error.what() << "\n";
  return 1;
}
