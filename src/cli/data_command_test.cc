#include "cli/data_command.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"
#include "cli/testing/data_command_lab.h"

namespace sluice::cli {
namespace {

class DataCommand : public DataCommandLab {};

TEST_F(DataCommand, InfersASchemaThatTheFileFits) {
  write("d.csv", "store,price\n1,2.5\n2,3.5\n");
  EXPECT_EQ(run({"data", "infer", path("d.csv"), "--out", path("s.yml")}).value(), 0);
  EXPECT_EQ(terminal_.error_text, cat("wrote ", path("s.yml"), "\n"));
  EXPECT_EQ(run({"data", "validate", path("d.csv"), "--schema", path("s.yml")}).value(), 0);
  EXPECT_EQ(run({"data", "infer", path("d.csv")}).value(), 0);
  EXPECT_EQ(terminal_.out_text, files_.read(path("s.yml")).value());
}

TEST_F(DataCommand, ABrokenRuleIsExitStatusOneWithReportsInThreeForms) {
  write("d.csv", "a\n1\nx\n");
  write("s.yml", "columns: {a: {type: integer}}");
  EXPECT_EQ(run({"data", "validate", path("d.csv"), "--schema", path("s.yml"), "--json", "--report",
                 path("r.md")})
                .value(),
            1);
  const auto json = parse_json(terminal_.out_text).value();
  EXPECT_EQ(get_bool(json.as_object(), "passed").value(), false);
  EXPECT_NE(files_.read(path("r.md"))->find("**'a' is not a whole number in 1 row**"),
            std::string::npos);
}

TEST_F(DataCommand, ProfilesWithTheDigestsOfDataAndProfile) {
  write("d.csv", "a;b\n1;2\n");
  EXPECT_EQ(
      run({"data", "profile", path("d.csv"), "--json", "--delimiter", ";", "--out", path("p.json")})
          .value(),
      0);
  const auto json = parse_json(terminal_.out_text).value();
  EXPECT_EQ(get_string(json.as_object(), "data_digest").value(), sha256("a;b\n1;2\n").to_string());
  EXPECT_EQ(get_int(json.as_object(), "rows").value(), 1);
  EXPECT_EQ(files_.read(path("p.json")).value(), terminal_.out_text);
}

TEST_F(DataCommand, FilesThatCannotBeUsedAreErrorsThatSayWhy) {
  write("empty.csv", "");
  write("header.csv", "a,b\n");
  write("s.yml", "columns: {a: {type: integer}}");
  write("bad.yml", "columns: {a: {typ: integer}}");
  EXPECT_EQ(run({"data", "profile", path("absent.csv")}).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(run({"data", "infer", path("empty.csv")}).error().message(),
            cat(path("empty.csv"), ": the file is empty: expected a header row and data"));
  EXPECT_EQ(run({"data", "infer", path("header.csv")}).error().message(),
            cat(path("header.csv"), ": there is no row to learn a schema from"));
  EXPECT_EQ(
      run({"data", "validate", path("header.csv"), "--schema", path("bad.yml")}).error().code(),
      ErrorCode::InvalidInput);
  EXPECT_EQ(run({"data", "validate", path("header.csv"), "--schema", path("s.yml")}).value(), 1);
  EXPECT_EQ(run({"data", "infer", path("header.csv"), "--delimiter", "ab"}).error().message(),
            "--delimiter 'ab': expected one character, or tab");
  EXPECT_FALSE(run({"data", "validate", path("header.csv")}).ok());
}

TEST_F(DataCommand, SeveralFilesAreCheckedAsOneAndRowsAreNamedWithTheirFile) {
  write("a.csv", "a,b\n1,x\n2,y\n");
  write("b.csv", "b,a\nz,3\nz,2\n");
  write("s.yml", "columns:\n  a: {type: integer, unique: true}\n  b: {type: text}\n");
  const auto validate = [this](std::string format) {
    return run({"data", "validate", path("a.csv"), path("b.csv"), "--schema", path("s.yml"),
                "--format", std::move(format)});
  };
  EXPECT_EQ(validate("text").value(), 1);
  EXPECT_NE(terminal_.out_text.find(cat(path("a.csv"), " and 1 more does not fit")),
            std::string::npos);
  EXPECT_NE(terminal_.out_text.find(
                cat(path("b.csv"), " row 2 (line 3) repeats ", path("a.csv"), " row 2 (line 3)")),
            std::string::npos)
      << terminal_.out_text;
  for (const std::string format : {"json", "markdown", "junit", "sarif", "html"}) {
    EXPECT_EQ(validate(format).value(), 1);
    EXPECT_NE(terminal_.out_text.find("b.csv"), std::string::npos) << format;
  }
  EXPECT_EQ(run({"data", "infer", path("a.csv"), path("b.csv"), "--out", path("i.yml")}).value(),
            0);
  EXPECT_EQ(
      run({"data", "validate", path("a.csv"), path("b.csv"), "--schema", path("i.yml")}).value(),
      0);
}

TEST_F(DataCommand, FilesThatDoNotGoTogetherAreRefused) {
  write("a.csv", "a\n1\n");
  write("s.yml", "columns: {a: {type: integer}}");
  const auto message = [this](std::vector<std::string> files) {
    std::vector<std::string> words = {"data", "validate", "--schema", path("s.yml")};
    words.insert(words.end(), files.begin(), files.end());
    return run(words).error().message();
  };
  EXPECT_EQ(message({"-", path("a.csv")}),
            "standard input (-) is read alone, not together with files");
  EXPECT_EQ(message({path("a.csv"), path("a.csv")}), cat(path("a.csv"), " is named twice"));
}

TEST_F(DataCommand, RowsThatCannotBeReadFailWarnOrStop) {
  write("d.csv", "a,b\n1\n2,x\n");
  write("s.yml", "columns: {a: {type: integer}, b: {type: text}}");
  write("s.json", R"({"name": "s", "expectations": [
    {"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]})");
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"--schema", path("s.yml")}, {"--suite", path("s.json")}}) {
    const auto validate = [&](const std::string& policy) {
      return run({"data", "validate", path("d.csv"), how[0], how[1], "--bad-rows", policy});
    };
    EXPECT_EQ(validate("fail").value(), 1);
    EXPECT_EQ(validate("warn").value(), 0);
    EXPECT_NE(terminal_.out_text.find("warning: 1 row cannot be read"), std::string::npos)
        << terminal_.out_text;
    EXPECT_NE(validate("stop").error().message().find("row 1 (line 2, byte 5)"), std::string::npos);
  }
}

TEST_F(DataCommand, ACorrectedSchemaIsNotWrittenOver) {
  write("d.csv", "a\n1\n");
  write("s.yml", "columns: {a: {type: number}}  # corrected");
  const auto refused = run({"data", "infer", path("d.csv"), "--out", path("s.yml")});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("--force"), std::string::npos);
  EXPECT_NE(files_.read(path("s.yml"))->find("# corrected"), std::string::npos);
  EXPECT_EQ(run({"data", "infer", path("d.csv"), "--out", path("s.yml"), "--force"}).value(), 0);
  EXPECT_EQ(files_.read(path("s.yml"))->find("# corrected"), std::string::npos);
}

std::string prices(double factor) {
  std::string text = "price\n";
  for (int i = 0; i < 400; ++i) text += cat(factor * (10 + i % 37), "\n");
  return text;
}

TEST_F(DataCommand, DriftComparesFilesAndStoredProfilesAlike) {
  write("before.csv", prices(1));
  write("after.csv", prices(1.5));
  EXPECT_EQ(run({"data", "drift", path("before.csv"), path("before.csv")}).value(), 0);
  EXPECT_EQ(run({"data", "drift", path("before.csv"), path("after.csv")}).value(), 1);
  EXPECT_NE(terminal_.out_text.find("price   drifted    wasserstein"), std::string::npos)
      << terminal_.out_text;
  EXPECT_EQ(run({"data", "profile", path("before.csv"), "--out", path("before.json")}).value(), 0);
  EXPECT_EQ(run({"data", "drift", path("before.json"), path("after.csv"), "--json", "--report",
                 path("r.md")})
                .value(),
            1);
  const auto json = parse_json(terminal_.out_text).value();
  EXPECT_EQ(get_int(json.as_object(), "drifted").value(), 1);
  EXPECT_NE(files_.read(path("r.md"))->find("| price | drifted |"), std::string::npos);
}

TEST_F(DataCommand, DriftTakesThresholdsAndColumnsToLeaveOut) {
  write("before.csv", prices(1));
  write("after.csv", prices(1.5));
  const auto drift = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"data", "drift", path("before.csv"), path("after.csv")});
    return run(options);
  };
  EXPECT_EQ(drift({"--threshold", "wasserstein=5"}).value(), 0);
  EXPECT_EQ(drift({"--threshold", "wasserstein=5", "--threshold", "psi=0.25"}).value(), 1);
  EXPECT_EQ(drift({"--ignore", "price"}).value(), 0);
  EXPECT_EQ(
      run({"data", "drift", "--ignore", "price", path("before.csv"), path("after.csv")}).value(),
      0);
  EXPECT_EQ(drift({"--threshold", "pso=1"}).error().message().substr(0, 31),
            "there is no drift measure 'pso'");
  EXPECT_EQ(drift({"--threshold", "psi=x"}).error().message(),
            "--threshold 'psi=x': expected a number of at least 0");
  EXPECT_EQ(drift({"--threshold", "psi"}).error().message(),
            "--threshold 'psi': expected MEASURE=NUMBER");
  EXPECT_EQ(drift({"--correction", "some"}).error().message(),
            "--correction 'some': expected holm, benjamini_hochberg or none");
  EXPECT_FALSE(drift({"--chance", "2"}).ok());
  EXPECT_EQ(drift({"--ignore", "pricee"}).error().message(),
            "there is no column 'pricee' on either side, did you mean 'price'?");
}

TEST_F(DataCommand, ReportsHaveTheFormOfTheirEnding) {
  write("d.csv", "a\n1\nx\n");
  write("s.yml", "columns: {a: {type: integer, severity: fail}}");
  EXPECT_EQ(
      run({"data", "validate", path("d.csv"), "--schema", path("s.yml"), "--report", path("r.html"),
           "--report", path("r.xml"), "--report", path("r.sarif"), "--report", path("r.json")})
          .value(),
      1);
  EXPECT_TRUE(files_.read(path("r.html"))->starts_with("<!doctype html>"));
  EXPECT_TRUE(files_.read(path("r.xml"))->starts_with("<?xml"));
  EXPECT_EQ(
      get_bool(parse_json(files_.read(path("r.json")).value())->as_object(), "passed").value(),
      false);
  const Json sarif = parse_json(files_.read(path("r.sarif")).value()).value();
  const Json& result = sarif.at("runs").at(0).at("results").at(0);
  EXPECT_EQ(result.at("ruleId"), Json("data/type"));
  EXPECT_EQ(result.at("level"), Json("error"));
  const Json& place = result.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("region").at("startLine"), Json(3));
  EXPECT_EQ(place.at("artifactLocation").at("uri"), Json(path("d.csv")));
}

TEST_F(DataCommand, ASuiteIsCheckedWithItsParameters) {
  write("d.csv", "a,mail\n1,x\n5,y\n");
  write("s.json", R"({"expectation_suite_name": "s", "expectations": [
      {"expectation_type": "expect_column_max_to_be_between",
       "kwargs": {"column": "a", "max_value": {"$PARAMETER": "most"}}}]})");
  const auto validate = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"data", "validate", path("d.csv"), "--suite",
                                          path("s.json")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  EXPECT_EQ(validate({"--parameter", "most=5"}).value(), 0);
  EXPECT_EQ(validate({"--parameter", "most=4", "--format", "gx"}).value(), 1);
  const Json gx = parse_json(terminal_.out_text).value();
  EXPECT_EQ(gx.at("success"), Json(false));
  EXPECT_EQ(gx.at("results").at(0).at("result").at("observed_value"), Json(5));
  EXPECT_EQ(validate({"--parameter", "most"}).error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(validate({"--schema", path("s.json")}).error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(run({"data", "validate", path("d.csv")}).error().code(), ErrorCode::InvalidInput);
}

TEST_F(DataCommand, HistoryIsComparedWithStoredProfiles) {
  write("s.yml", "columns: {a: {type: number}}");
  std::vector<std::string> arguments = {"data",     "validate",    path("now.csv"),
                                        "--schema", path("s.yml"), "--history"};
  for (int day = 0; day < 4; ++day) {
    std::string csv = "a\n";
    for (int i = 0; i < 50; ++i) csv += cat(10 + (i * 7 + day) % 5, "\n");
    const std::string name = cat("p", day, ".json");
    write("d.csv", csv);
    ASSERT_EQ(run({"data", "profile", path("d.csv"), "--out", path(name)}).value(), 0);
    arguments.push_back(path(name));
    write("now.csv", csv);
  }
  EXPECT_EQ(run(arguments).value(), 0) << terminal_.out_text;
  std::string cents = "a\n";
  for (int i = 0; i < 50; ++i) cents += cat((10 + i % 5) * 100, "\n");
  write("now.csv", cents);
  EXPECT_EQ(run(arguments).value(), 1);
  EXPECT_NE(terminal_.out_text.find("the mean of 'a' is 1200"), std::string::npos)
      << terminal_.out_text;
}

TEST_F(DataCommand, HistoryTakesDigestsOfStoredProfilesAndSuites) {
  write("s.yml", "columns: {a: {type: number}}");
  write("s.json",
        R"({"expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]})");
  write("d.csv", "a\n1\n2\n3\n");
  ASSERT_EQ(run({"data", "profile", path("d.csv"), "--store"}).value(), 0);
  const std::string digest = terminal_.error_text.substr(10, 71);
  write("d.csv", "a\n100\n200\n300\n");
  for (const auto& [option, file] : {std::pair("--schema", "s.yml"), {"--suite", "s.json"}}) {
    EXPECT_EQ(run({"data", "validate", path("d.csv"), option, path(file), "--history", digest,
                   "--history", digest, "--history", digest})
                  .value(),
              1)
        << option;
    EXPECT_NE(terminal_.out_text.find("the mean of 'a' is 200"), std::string::npos)
        << terminal_.out_text;
  }
}

TEST_F(DataCommand, ReadingOptionsBeatWhatTheSchemaSays) {
  write("s.yml", "delimiter: \"|\"\ncolumns: {column_1: {type: number}, column_2: {type: text}}");
  write("d.csv", "#c\n1,5;x\n");
  EXPECT_EQ(run({"data", "validate", path("d.csv"), "--schema", path("s.yml"), "--delimiter", ";",
                 "--comment", "#", "--decimal", "comma", "--no-header"})
                .value(),
            0)
      << terminal_.out_text;
}

TEST_F(DataCommand, ListsTheExpectationsThereAre) {
  EXPECT_EQ(run({"data", "expectations"}).value(), 0);
  EXPECT_NE(terminal_.out_text.find("expect_column_values_to_be_unique"), std::string::npos);
  EXPECT_EQ(run({"data", "expectations", "--json"}).value(), 0);
  EXPECT_GT(parse_json(terminal_.out_text)->at("expectations").as_array().size(), 50u);
}

}  // namespace
}  // namespace sluice::cli
