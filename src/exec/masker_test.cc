#include "exec/masker.h"

#include <gtest/gtest.h>

#include <random>

#include "base/strings.h"
#include "exec/log_stream.h"
#include "pipeline/mask.h"

namespace sluice::exec {
namespace {

using Texts = std::vector<std::string>;

std::string masked_in_pieces(const Texts& secrets, const std::string& text, std::size_t piece) {
  Masker masker;
  masker.add(secrets);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    masker.feed(std::string_view(text).substr(at, piece), out);
  masker.flush(out);
  return out;
}

TEST(masker, replaces_secrets_however_the_text_is_cut) {
  struct Case {
    Texts secrets;
    const char* text;
    const char* expected;
  };
  const std::vector<Case> cases{
      {{}, "plain", "plain"},
      {{"hunter2"}, "my hunter2!", "my ***!"},
      {{"abc"}, "abcabcdef", "***def"},
      {{"abcd", "cdef"}, "xabcdefx", "x***x"},
      {{"ab", "abcdef"}, "abcde abcdef", "***cde ***"},
      {{"a"}, "banana", "b***n***n***"},
      {{"two\nlines"}, "x two\nlines y", "x *** y"},
      {{"hunter2"}, "hunter", "hunter"},
      {{"hunter2", ""}, "hunterhunter2", "hunter***"},
      {{"\xff\xfe"}, "a\xff\xfe\xff", "a***\xff"},
  };
  for (const Case& c : cases)
    for (const std::size_t piece : {1u, 2u, 3u, 5u, 100u})
      EXPECT_EQ(masked_in_pieces(c.secrets, c.text, piece), c.expected) << c.text << piece;
}

TEST(masker, agrees_with_the_plain_definition_on_random_texts) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const auto text_of = [&](std::size_t longest) {
      std::string text(1 + random() % longest, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % 3);
      return text;
    };
    Texts secrets;
    for (std::size_t i = 0; i < 1 + random() % 6; ++i) secrets.push_back(text_of(9));
    const std::string text = text_of(120);
    const std::string expected = pipeline::masked(secrets, text);
    for (const std::size_t piece : {1u, 2u, 7u, 200u})
      ASSERT_EQ(masked_in_pieces(secrets, text, piece), expected) << "seed " << seed << " " << text;
  }
}

TEST(masker, looks_for_new_secrets_in_what_it_holds_back) {
  Masker masker;
  masker.add(Texts{"abcdef"});
  std::string out;
  masker.feed("xxabc", out);
  masker.add(Texts{"bc"});
  masker.feed("z", out);
  masker.flush(out);
  EXPECT_EQ(out, "xxa***z");
}

class LogStreamTest : public ::testing::Test {
 protected:
  void feed(std::string_view text) { stream_.feed(text, kNow, out_); }
  static constexpr Timestamp kNow = from_micros(1'767'225'600'000'042);
  static constexpr std::string_view kStamp = "2026-01-01T00:00:00.000042Z ";
  LogStream stream_{LogMode::Github};
  std::string out_;
};

TEST_F(LogStreamTest, stamps_each_line_and_completes_the_last) {
  feed("one\ntw");
  feed("o\n\xc3");
  feed("\xa9");
  stream_.finish(kNow, out_);
  EXPECT_EQ(out_, cat(kStamp, "one\n", kStamp, "two\n", kStamp, "\xc3\xa9\n"));
}

TEST_F(LogStreamTest, a_mask_counts_from_its_own_line_on) {
  feed("word\n::add-mask::wo");
  feed("rd\nword\n");
  EXPECT_EQ(out_, cat(kStamp, "word\n", kStamp, "::add-mask::***\n", kStamp, "***\n"));
  EXPECT_EQ(stream_.take_new_secrets(), Texts{"word"});
}

TEST_F(LogStreamTest, a_line_beyond_the_limit_passes_through_in_bounded_memory) {
  const std::string piece(256 * 1024, 'x');
  std::size_t size = 0;
  for (int i = 0; i < 40; ++i) {
    feed(piece);
    size += out_.size();
    out_.clear();
  }
  feed("\n::error::after\n");
  size += out_.size();
  EXPECT_EQ(size, 40 * piece.size() + 1 + 2 * kStamp.size() + sizeof "::error::after\n" - 1);
  EXPECT_EQ(stream_.commands().size(), 1u);
}

TEST_F(LogStreamTest, a_mask_too_long_to_be_read_is_refused_and_not_shown) {
  feed("::add-mask::" + std::string(2u << 20, 's'));
  feed(std::string(100, 's') + "\nnext\n");
  EXPECT_EQ(out_.find("sss"), std::string::npos);
  EXPECT_NE(out_.find("refused"), std::string::npos);
  EXPECT_NE(out_.find("next"), std::string::npos);
}

TEST_F(LogStreamTest, commands_have_a_limit) {
  for (int i = 0; i < 40; ++i) feed("::error::" + std::string(512 * 1024, 'e') + "\n");
  EXPECT_LT(stream_.commands().size(), 20u);
  EXPECT_NE(stream_.commands().back().data.find("more than 8 MiB"), std::string::npos);
}

}  // namespace
}  // namespace sluice::exec
