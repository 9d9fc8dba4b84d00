#include <gtest/gtest.h>

#include "base/cancellation.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strings.h"
#include "base/time.h"

namespace sluice {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return invalid_input("odd");
  return n / 2;
}

Result<int> quarter(int n) {
  const int once = TRY(half(n));
  return TRY_CONTEXT(half(once), "second half");
}

TEST(ResultTest, TryPassesValuesAndErrorsOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(3).error().message(), "odd");
  EXPECT_EQ(quarter(6).error().message(), "second half: odd");
  EXPECT_EQ(quarter(6).error().code(), ErrorCode::InvalidInput);
}

TEST(ErrorTest, DescribesItsCauses) {
  const Error error = Error(ErrorCode::Io, "cannot save").caused_by(system_error(28, "write /x"));
  EXPECT_EQ(error.describe(), "cannot save: write /x: No space left on device");
  EXPECT_EQ(error.cause()->code(), ErrorCode::ResourceExhausted);
}

TEST(HashTest, AgreesWithPublishedVectors) {
  EXPECT_EQ(sha256("abc").to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Digest::parse(sha256("abc").to_string()).value(), sha256("abc"));
  EXPECT_FALSE(Digest::parse("sha256:12").ok());
}

TEST(EncodingTest, RoundTripsBytes) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "\x00\xff\x80"}) {
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
    EXPECT_EQ(hex_decode(hex_encode(text)), text);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_FALSE(base64_decode("Zm9*"));
  EXPECT_EQ(percent_encode("a b/\xc3\xbc"), "a%20b%2F%C3%BC");
}

TEST(EncodingTest, FindsInvalidUtf8) {
  EXPECT_TRUE(is_valid_utf8("grün €"));
  for (const char* bad : {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"})
    EXPECT_FALSE(is_valid_utf8(bad));
  EXPECT_EQ(to_valid_utf8("a\x80z"), "a\xEF\xBF\xBDz");
}

TEST(JsonTest, NamesThePlaceOfAMistake) {
  EXPECT_EQ(parse_json("{\"a\": 1,\n \"b\": }").error().message().substr(0, 12), "JSON: line 2");
  EXPECT_FALSE(parse_json("{} x").ok());
  EXPECT_FALSE(parse_json(std::string(100, '[')).ok());
  EXPECT_FALSE(parse_json("[1,2,3]", {.max_bytes = 3}).ok());
  EXPECT_TRUE(parse_json(" {\"a\":1} \n").ok());
}

TEST(JsonTest, CanonicalTextDoesNotDependOnKeyOrder) {
  const Json a = parse_json(R"({"b":[{"y":1,"x":2}],"a":null})").value();
  const Json b = parse_json(R"({"a":null,"b":[{"x":2,"y":1}]})").value();
  EXPECT_EQ(to_canonical_text(a), to_canonical_text(b));
  EXPECT_EQ(to_canonical_text(a), R"({"a":null,"b":[{"x":2,"y":1}]})");
}

TEST(JsonTest, TypedGettersNameKeyAndKinds) {
  const Json document = parse_json(R"({"n": 1.5, "s": "x"})").value();
  const JsonObject& object = document.as_object();
  EXPECT_EQ(get_double(object, "n").value(), 1.5);
  EXPECT_EQ(get_string(object, "n").error().message(), "'n' must be a string, not a number");
  EXPECT_EQ(get_int(object, "n").error().message(), "'n' must be an integer, not a number");
  EXPECT_EQ(get_int(object, "m").error().message(), "'m' is missing (expected an integer)");
}

TEST(StringsTest, SuggestsTheNearestWord) {
  const std::vector<std::string> words = {"timeout-minutes", "runs-on", "needs"};
  EXPECT_EQ(nearest("run-on", words), "runs-on");
  EXPECT_EQ(nearest("timeout-minute", words), "timeout-minutes");
  EXPECT_EQ(nearest("neesd", words), "needs");
  EXPECT_EQ(nearest("strategy", words), "");
  EXPECT_EQ(did_you_mean("need", words), ", did you mean 'needs'?");
}

TEST(StringsTest, SplitsAndJoins) {
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(split_lines("a\r\nb\n").size(), 2u);
  EXPECT_EQ(split_lines("a\n\n").size(), 2u);
  EXPECT_EQ(cat("n=", 3, ' ', std::string("x")), "n=3 x");
  EXPECT_EQ(replace_all("aXbX", "X", "YY"), "aYYbYY");
  EXPECT_EQ(human_bytes(1'440'000), "1.4 MB");
  EXPECT_EQ(grouped(1234567), "1 234 567");
}

TEST(TimeTest, RoundTripsRfc3339) {
  const Timestamp t = parse_rfc3339("2026-11-21T08:40:25.123456Z").value();
  EXPECT_EQ(to_rfc3339(t), "2026-11-21T08:40:25.123456Z");
  EXPECT_EQ(parse_rfc3339("2026-11-21T09:40:25.123456+01:00"), t);
  EXPECT_FALSE(parse_rfc3339("2026-02-30T00:00:00Z"));
  EXPECT_EQ(parse_duration("5m"), std::chrono::minutes(5));
  EXPECT_EQ(parse_duration("250ms"), std::chrono::milliseconds(250));
  EXPECT_FALSE(parse_duration("5 parsecs"));
  EXPECT_EQ(to_human(std::chrono::milliseconds(340)), "340 ms");
  EXPECT_EQ(to_human(std::chrono::seconds(185)), "3 min 5 s");
}

TEST(IdsTest, SortByTime) {
  const std::vector<std::uint8_t> low(10, 0);
  const std::vector<std::uint8_t> high(10, 255);
  const std::string a = make_sortable_id(from_micros(1'000'000), high);
  const std::string b = make_sortable_id(from_micros(1'001'000), low);
  EXPECT_LT(a, b);
  EXPECT_TRUE(is_sortable_id(a));
  EXPECT_EQ(a.size(), 26u);
  EXPECT_FALSE(is_sortable_id("../../etc"));
}

TEST(CancellationTest, TellsEverybodyOnce) {
  CancellationSource source;
  int calls = 0;
  auto kept = source.token().on_cancel([&] { ++calls; });
  auto dropped = source.token().on_cancel([&] { calls += 10; });
  dropped.reset();
  source.cancel();
  source.cancel();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(source.token().cancelled());
  auto late = source.token().on_cancel([&] { calls += 100; });
  EXPECT_EQ(calls, 101);
}

}  // namespace
}  // namespace sluice
