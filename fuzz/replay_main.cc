// Runs a fuzz target without libFuzzer: every file of the corpus folders given, then random
// mutations of them. Fails by crashing; the input that crashed is written first.
//
//   yaml_fuzz [--runs N | --seconds S] [--seed N] FOLDER_OR_FILE…
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kMaxInput = 1u << 16;

struct Options {
  std::uint64_t runs = 0;  // 0: until the time is over
  double seconds = 2;
  std::uint64_t seed = 0;
  std::vector<std::filesystem::path> inputs;
};

Options read_options(int count, char** words) {
  Options options;
  options.seed = std::random_device()();
  for (int i = 1; i < count; ++i) {
    std::string_view word = words[i];
    if (word == "--runs" && i + 1 < count) {
      options.runs = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--seconds" && i + 1 < count) {
      options.seconds = std::strtod(words[++i], nullptr);
    } else if (word == "--seed" && i + 1 < count) {
      options.seed = std::strtoull(words[++i], nullptr, 10);
    } else {
      options.inputs.emplace_back(word);
    }
  }
  return options;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> read_corpus(const Options& options) {
  std::vector<std::string> corpus;
  for (const auto& input : options.inputs) {
    if (!std::filesystem::is_directory(input)) {
      corpus.push_back(read_file(input));
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(input))
      if (entry.is_regular_file()) corpus.push_back(read_file(entry.path()));
  }
  if (corpus.empty()) corpus.emplace_back();
  return corpus;
}

// Pieces that steer parsers better than random bytes do.
constexpr std::string_view kPieces[] = {"\n",
                                        "  ",
                                        "- ",
                                        ": ",
                                        "'",
                                        "\"",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        "(",
                                        ")",
                                        "*",
                                        "**",
                                        "&a ",
                                        "*a",
                                        "!",
                                        "${{",
                                        "}}",
                                        "||",
                                        "&&",
                                        "==",
                                        ",",
                                        ".",
                                        "\\",
                                        "#",
                                        "|",
                                        ">",
                                        "<<: ",
                                        "---",
                                        "\xff",
                                        "\xC3\xA4",
                                        "\xF0\x9F\x98\x80",
                                        "0x",
                                        "1e9",
                                        "-1",
                                        "null",
                                        "true",
                                        "\r\n",
                                        "\t",
                                        "?",
                                        "+",
                                        "/",
                                        "%",
                                        "@",
                                        "=",
                                        ";",
                                        "<",
                                        "\x1b",
                                        std::string_view("\0", 1)};

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, std::uint64_t seed)
      : corpus_(corpus), random_(seed) {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    std::size_t changes = 1 + below(8);
    for (std::size_t i = 0; i < changes; ++i) change(text);
    if (text.size() > kMaxInput) text.resize(kMaxInput);
    return text;
  }

 private:
  std::size_t below(std::size_t n) {
    return n == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  void change(std::string& text) {
    std::size_t at = below(text.size() + 1);
    std::size_t length = below(16) + 1;
    switch (below(6)) {
      case 0:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        return;
      case 1:
        text.erase(at, length);
        return;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), length));
        return;
      case 4: {
        const std::string& other = corpus_[below(corpus_.size())];
        text.insert(at, other.substr(below(other.size() + 1), length * 4));
        return;
      }
      default:
        for (std::size_t i = 0; i < length * 8; ++i)
          text.insert(at, kPieces[below(std::size(kPieces))].substr(0, 1));
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

// The last input stays on disk while it runs, so that it is there after a crash.
class CrashFile {
 public:
  explicit CrashFile(std::string_view program)
      : path_(std::filesystem::temp_directory_path() /
              (std::filesystem::path(program).filename().string() + "." +
               std::to_string(std::random_device()()) + ".input")) {
    std::cout << "after a crash the input is in " << path_.string() << "\n" << std::flush;
  }
  ~CrashFile() { std::filesystem::remove(path_); }
  CrashFile(const CrashFile&) = delete;
  CrashFile& operator=(const CrashFile&) = delete;

  void run(const std::string& input) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int count, char** words) {
  Options options = read_options(count, words);
  std::vector<std::string> corpus = read_corpus(options);
  std::cout << "corpus " << corpus.size() << ", seed " << options.seed << "\n";
  CrashFile crash_file(words[0]);
  for (const std::string& input : corpus) crash_file.run(input);
  Mutator mutator(corpus, options.seed);
  auto end = std::chrono::steady_clock::now() +
             std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                 std::chrono::duration<double>(options.seconds));
  std::uint64_t done = 0;
  while (options.runs > 0 ? done < options.runs : std::chrono::steady_clock::now() < end) {
    crash_file.run(mutator.next());
    ++done;
  }
  std::cout << done << " mutations\n";
  return 0;
}
