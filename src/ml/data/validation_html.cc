#include "ml/data/validation_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "ml/data/column_picture.h"
#include "ml/data/markup.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMostBytes = 900'000;

constexpr std::string_view kStyle = R"(<style>
:root{--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#5c6570;--line:#dde1e6;--bar:#3b6fd4;--bad:#c4314b;
--badsoft:#fdecef;--warn:#9a6700;--warnsoft:#fff4d6;--good:#1a7f4b;--goodsoft:#e2f5ea}
@media(prefers-color-scheme:dark){:root{--page:#111418;--card:#1a1f25;--ink:#e6e9ed;--soft:#98a2ad;--line:#2d343c;
--bar:#6c9bf2;--bad:#ff7b92;--badsoft:#3a1a22;--warn:#e3b341;--warnsoft:#33290f;--good:#56d390;--goodsoft:#12301f}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 60px}h1{font-size:24px;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:17px;margin:34px 0 12px}.soft{color:var(--soft)}.mono{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
.badge{display:inline-block;padding:2px 12px;border-radius:99px;font-weight:600;font-size:14px;margin-bottom:10px}
.fail{color:var(--bad);background:var(--badsoft)}.warn{color:var(--warn);background:var(--warnsoft)}
.pass{color:var(--good);background:var(--goodsoft)}
.facts{display:flex;flex-wrap:wrap;gap:10px;margin:18px 0 0}.fact{background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:10px 16px;min-width:118px}.fact b{display:block;font-size:20px;font-variant-numeric:tabular-nums}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 18px;margin:0 0 12px}
.card.broken{border-left:4px solid var(--bad)}.card.warned{border-left:4px solid var(--warn)}
.card p{margin:0;overflow-wrap:anywhere}.card ul{margin:6px 0 0;padding-left:20px;color:var(--soft)}
.side{display:flex;flex-wrap:wrap;gap:4px 44px}th.n{text-align:right}
.share{display:inline-block;width:90px;height:8px;border-radius:4px;background:var(--line);overflow:hidden}
.share i{display:block;height:8px;background:var(--bad)}.warned .share i{background:var(--warn)}
.chip{font-size:12px;font-weight:600;padding:1px 8px;border-radius:99px;margin-right:8px}
table{border-collapse:collapse;margin-top:10px;font-size:13px}td,th{padding:3px 14px 3px 0;text-align:left;
border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{color:var(--soft);font-weight:500}
td.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:12px}.grid .card{margin:0}
.grid h3{font-size:14px;margin:0;overflow-wrap:anywhere}.grid svg{display:block;width:100%;margin-top:8px}
svg text{font-size:11px;fill:var(--soft)}.bar{fill:var(--bar)}.axis{stroke:var(--line)}
.meter{height:4px;border-radius:2px;background:var(--line);margin-top:6px}.meter i{display:block;height:4px;border-radius:2px;
background:var(--bad)}</style>)";

std::string fact(std::string_view value, std::string_view name) {
  return cat("<div class=\"fact\"><b>", value, "</b><span class=\"soft\">", name, "</span></div>");
}

std::string head(const ValidationReport& report) {
  const bool passed = report.passed();
  std::string html = cat("<span class=\"badge ", passed ? "pass\">passed" : "fail\">failed",
                         "</span><h1>", markup_text(report.file), "</h1><div class=\"soft\">",
                         passed ? "fits " : "does not fit ", markup_text(report.schema), "</div>");
  html += "<div class=\"facts\">";
  html += fact(grouped(report.rows), report.rows == 1 ? "row" : "rows");
  html += fact(grouped(report.checks), "checks");
  html += fact(grouped(report.count(Severity::Fail)), "broken rules");
  html += fact(grouped(report.count(Severity::Warn)), "warnings");
  html += fact(grouped(report.unreadable), "unreadable rows");
  html += fact(human_bytes(report.bytes), "read");
  return html + "</div>";
}

std::string earlier_text(const ValidationReport& report, const ViolationSample& sample) {
  if (!sample.earlier) return {};
  const std::string row = grouped(sample.earlier->row);
  if (!report.has_files()) return row;
  return cat(markup_text(shortened(report.file_of(*sample.earlier))), " ", row);
}

std::string samples_table(const ValidationReport& report, const Violation& violation) {
  if (violation.samples.empty()) return {};
  const bool repeats = violation.samples.front().earlier.has_value();
  const bool valued = std::any_of(violation.samples.begin(), violation.samples.end(),
                                  [](const auto& sample) { return !sample.value.empty(); });
  std::string html = cat(
      "<div class=\"scroll\"><table><tr>", report.has_files() ? "<th>file</th>" : "",
      "<th class=\"n\">row</th><th class=\"n\">line</th>",
      repeats ? "<th class=\"n\">repeats row</th>" : "", valued ? "<th>value</th></tr>" : "</tr>");
  for (const ViolationSample& sample : violation.samples) {
    html += "<tr>";
    if (report.has_files())
      html += cat("<td>", markup_text(shortened(report.file_of(sample.position))), "</td>");
    html += cat("<td class=\"n\">", grouped(sample.position.row), "</td><td class=\"n\">",
                sample.position.line == 0 ? "" : grouped(sample.position.line), "</td>");
    if (repeats) html += cat("<td class=\"n\">", earlier_text(report, sample), "</td>");
    if (valued) html += cat("<td class=\"mono\">", markup_text(shortened(sample.value)), "</td>");
    html += "</tr>";
  }
  return html + "</table></div>";
}

std::string share_bar(const ViolationGroup& group) {
  const double share =
      group.rows == 0 ? 0 : static_cast<double>(group.violations) / static_cast<double>(group.rows);
  return fmt::format("<span class=\"share\"><i style=\"width:{:.1f}%\"></i></span>", 100 * share);
}

// How the violations spread over the values of one column.
std::string groups_table(const Violation& violation) {
  constexpr std::size_t kShown = 5;
  if (violation.groups.empty()) return {};
  std::string html =
      "<div class=\"scroll\"><table><tr><th>where</th><th class=\"n\">broken</th><th "
      "class=\"n\">of rows</th><th></th></tr>";
  for (std::size_t i = 0; i < std::min(violation.groups.size(), kShown); ++i) {
    const ViolationGroup& group = violation.groups[i];
    html += cat("<tr><td>", markup_text(group.column), " = ", markup_text(shortened(group.value)),
                "</td><td class=\"n\">", grouped(group.violations), "</td><td class=\"n\">",
                grouped(group.rows), "</td><td>", share_bar(group), "</td></tr>");
  }
  return html + "</table></div>";
}

std::string violation_card(const ValidationReport& report, const Violation& violation) {
  const bool warning = violation.severity == Severity::Warn;
  const std::string_view name =
      violation.check.empty() ? to_string(violation.rule) : std::string_view(violation.check);
  std::string html =
      cat("<div class=\"card ", warning ? "warned" : "broken", "\"><p><span class=\"chip ",
          warning ? "warn\">" : "fail\">", markup_text(shortened(name)), "</span>",
          markup_text(violation.message), "</p>");
  if (!violation.remarks.empty()) {
    html += "<ul>";
    for (const std::string& remark : violation.remarks)
      html += cat("<li>", markup_text(remark), "</li>");
    html += "</ul>";
  }
  return cat(html, "<div class=\"side\">", samples_table(report, violation),
             groups_table(violation), "</div></div>");
}

std::string type_words(const ColumnProfile& column) {
  std::vector<std::string> words;
  for (const ValueType type : kEveryValueType)
    if (column.of_type(type) > 0) words.emplace_back(to_string(type));
  if (words.empty()) return "no value";
  return join(words, ", ");
}

std::string column_card(const ColumnProfile& column, std::uint64_t rows, Values values) {
  const double missing =
      rows == 0 ? 0 : static_cast<double>(column.missing) / static_cast<double>(rows);
  std::string facts = cat(type_words(column), " · ", column.distinct_exact ? "" : "about ",
                          grouped(column.distinct), " different");
  if (values == Values::Shown && column.dates)
    facts += cat(" · ", date_text(column.dates->first), " to ", date_text(column.dates->second));
  if (values == Values::Hidden) facts += " · masked";
  std::string html = cat("<div class=\"card\"><h3>", markup_text(shortened(column.name)),
                         "</h3><div class=\"soft\">", markup_text(facts), "</div>");
  if (column.missing > 0)
    html += fmt::format(
        "<div class=\"soft\">{:.2g} % missing</div><div class=\"meter\"><i "
        "style=\"width:{:.1f}%\"></i></div>",
        100 * missing, 100 * missing);
  return cat(html, column_picture(column, values), "</div>");
}

std::string violations_part(const ValidationReport& report, const HtmlOptions& options) {
  if (report.violations.empty()) return {};
  std::string html = "<h2>Broken rules</h2>";
  std::size_t shown = 0;
  for (const Violation& violation : report.violations) {
    if (shown == options.max_violations || html.size() > kMostBytes / 2) break;
    html += violation_card(report, violation);
    ++shown;
  }
  if (shown < report.violations.size())
    html += cat("<p class=\"soft\">… and ", grouped(report.violations.size() - shown), " more</p>");
  return html;
}

std::string columns_part(const DataProfile& profile, const HtmlOptions& options, std::size_t room) {
  std::string html = "<h2>Columns</h2><div class=\"grid\">";
  std::size_t shown = 0;
  for (const ColumnProfile& column : profile.columns) {
    if (shown == options.max_columns || html.size() > room) break;
    const auto& masked = options.masked;
    const bool hidden = std::find(masked.begin(), masked.end(), column.name) != masked.end();
    html += column_card(column, profile.rows, hidden ? Values::Hidden : Values::Shown);
    ++shown;
  }
  html += "</div>";
  if (shown < profile.columns.size())
    html += cat("<p class=\"soft\">… and ", grouped(profile.columns.size() - shown),
                " more columns</p>");
  return html;
}

}  // namespace

std::string report_html(const ValidationReport& report, const DataProfile& profile,
                        const HtmlOptions& options) {
  std::string body = head(report);
  body += violations_part(report, options);
  if (!report.notes.empty()) {
    body += "<h2>Notes</h2><div class=\"card\"><ul>";
    for (std::size_t i = 0; i < std::min<std::size_t>(report.notes.size(), 100); ++i)
      body += cat("<li>", markup_text(shortened(report.notes[i])), "</li>");
    body += "</ul></div>";
  }
  body += columns_part(profile, options, kMostBytes - std::min(body.size(), kMostBytes));
  return cat(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
      "name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta "
      "name=\"color-scheme\" content=\"light dark\"><title>Data validation: ",
      markup_text(report.file), "</title>", kStyle, "</head><body><main>", body,
      "</main></body></html>\n");
}

}  // namespace sluice::ml
