// Replaces secrets in a stream by "***" before anybody sees it.
//
// The output does not depend on how the input is cut into pieces: bytes that may be the beginning
// of a secret are held back until more comes. Overlapping and touching secrets become one "***".
// Held memory is at most the longest text. One thread.
//
// Search: a bit filter over the hash of the next (up to 4) bytes rejects almost every position; the
// others are looked up in the sorted texts. Aho-Corasick was rejected: its tables for 1,000 secrets
// in their encodings take tens of megabytes and must be rebuilt whenever a step adds a mask.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::exec {

class Masker {
 public:
  // Literal texts (make variants with pipeline::mask_variants); empty ones are ignored. What feed()
  // holds back is searched for the new texts too.
  void add(std::span<const std::string> texts);

  // Appends to `out` what is certain by now.
  void feed(std::string_view data, std::string& out);
  // The end of the stream: appends what was held back.
  void flush(std::string& out);

  bool empty() const { return texts_.empty(); }

 private:
  struct Match {
    std::size_t length = 0;  // of the longest text that stands here; 0: none
    bool open = false;       // a longer one may stand here if more data comes
  };
  enum class Stream { GoesOn, Ends };

  void rebuild_filter();
  void put_in_filter(std::string_view text);
  std::size_t next_candidate(std::string_view data, std::size_t from) const;
  template <int kWindow>
  std::size_t scan(std::string_view data, std::size_t from, std::size_t to) const;
  Match match_at(std::string_view data) const;
  // Masks `data` and returns how much of it is settled.
  std::size_t process(std::string_view data, Stream stream, std::string& out);

  std::vector<std::string> texts_;  // sorted, unique
  std::vector<std::uint64_t> filter_;
  int window_ = 4;  // bytes looked at by the filter: the shortest text's size, at most 4
  int filter_shift_ = 16;
  std::string held_;
  // The output so far ends in a "***" that covers the first masked_ahead_ bytes of what follows.
  bool in_mask_ = false;
  std::size_t masked_ahead_ = 0;
};

}  // namespace sluice::exec
