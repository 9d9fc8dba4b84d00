// A report as JUnit and HTML: everything is in it, nothing breaks it, masked values are not.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/data/column_picture.h"
#include "ml/data/validate.h"
#include "ml/data/validation_html.h"
#include "ml/data/validation_junit.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kSchema = R"(mask: [mail]
columns:
  a: {type: integer, max: 5, severity: {max: warn}}
  t: {type: text, allowed: [x]}
  mail: {type: text, pattern: '@'}
)";

class ReportForms : public testing::Test {
 protected:
  void check(std::string_view csv) {
    ASSERT_TRUE(files_.write("/d.csv", csv, os::Durability::Process, 0644).ok());
    schema_ = parse_schema(kSchema, "s.yml").value();
    report_ = validate_data(files_, "/d.csv", schema_).value();
    profile_ = profile_data(files_, "/d.csv").value();
  }

  static std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1))
      ++found;
    return found;
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
  Schema schema_;
  ValidationReport report_;
  DataProfile profile_;
};

TEST_F(ReportForms, JunitHasACaseForEachCheck) {
  check("a,t,mail\n9,<y & \"z\">,ann\n1,x,b@c\n");
  const std::string xml = report_junit(report_);
  EXPECT_EQ(count(xml, "<testcase "), report_.checks);
  EXPECT_EQ(count(xml, "<failure "), 2u);
  EXPECT_NE(xml.find("failures=\"2\""), std::string::npos);
  EXPECT_NE(xml.find("&lt;y &amp; &quot;z&quot;&gt;"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<system-out>&#39;a&#39; is above 5"), std::string::npos) << xml;
  EXPECT_EQ(xml.find("ann"), std::string::npos);
  EXPECT_NE(xml.find("name=\"type (a)\"/>"), std::string::npos) << xml;
}

TEST_F(ReportForms, HtmlStandsAloneAndShowsNoMaskedValue) {
  check("a,t,mail\n9,<script>,ann\n1,x,ann\n");
  const std::string html = report_html(report_, profile_, {.masked = schema_.masked});
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  for (const char* word : {"<script", "http:", "https:", "src=", "href=", "ann<"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
  EXPECT_NE(html.find("prefers-color-scheme:dark"), std::string::npos);
  EXPECT_NE(html.find(">failed<"), std::string::npos);
  EXPECT_EQ(count(html, "<h3>"), 3u);
}

TEST_F(ReportForms, HtmlStaysBelowAMegabyte) {
  check("a,t,mail\n1,x,a@b\n");
  for (int i = 0; i < 3000; ++i) {
    Violation violation{.rule = Rule::Rule, .columns = {"a"}, .count = 1};
    violation.message = cat(i, std::string(2000, 'm'));
    violation.remarks.assign(10, std::string(500, 'r'));
    report_.violations.push_back(violation);
    ColumnProfile column = profile_.columns[0];
    column.name = cat("column ", i, std::string(300, 'c'));
    profile_.columns.push_back(column);
  }
  const std::string html = report_html(report_, profile_, {});
  EXPECT_LT(html.size(), 1'000'000u);
  EXPECT_NE(html.find("more</p>"), std::string::npos);
  EXPECT_NE(html.find("more columns</p>"), std::string::npos);
}

TEST_F(ReportForms, PicturesAreHistogramsOrBars) {
  std::string csv = "n,skewed,c,text,none\n";
  for (int i = 1; i <= 500; ++i)
    csv += cat(i, ",", i == 500 ? 1e6 : i * 0.5, ",", i % 3 == 0 ? "red" : "blue", ",t", i, ",\n");
  ASSERT_TRUE(files_.write("/d.csv", csv, os::Durability::Process, 0644).ok());
  const DataProfile profile = profile_data(files_, "/d.csv").value();
  const auto picture = [&](std::size_t column) {
    return column_picture(profile.columns[column], Values::Shown);
  };
  EXPECT_NE(picture(0).find("histogram of n"), std::string::npos);
  EXPECT_EQ(picture(0).find("logarithmic"), std::string::npos);
  EXPECT_GT(count(picture(0), "<rect"), 25u);
  EXPECT_NE(picture(1).find("logarithmic"), std::string::npos);
  EXPECT_NE(picture(2).find(">blue</text>"), std::string::npos);
  EXPECT_EQ(picture(3), "");
  EXPECT_EQ(picture(4), "");
  EXPECT_EQ(column_picture(profile.columns[2], Values::Hidden), "");
}

}  // namespace
}  // namespace sluice::ml
