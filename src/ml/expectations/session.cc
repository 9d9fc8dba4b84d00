#include "ml/expectations/session.h"

#include <algorithm>
#include <numeric>

#include "base/strings.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::string_view kParsers[] = {"pandas", "spark", "great_expectations",
                                         "great_expectations__experimental__"};

// A row condition of 1.x as an object, as text of our own language.
Result<std::string> condition_text(const Json& condition, int depth) {
  if (depth > 20) return value_error("row_condition is too deeply nested");
  if (condition.is_string()) return std::string(view(condition.get_string()));
  if (!condition.is_object()) return type_error("row_condition must be a text");
  const Arguments object(condition.get_object());
  const std::string type = object.text_or("type", "");
  if (type == "and" || type == "or") {
    std::string text;
    for (const Json& part : *TRY(object.list("conditions")))
      text += cat(text.empty() ? "" : cat(" ", type, " "), "(",
                  TRY(condition_text(part, depth + 1)), ")");
    return text;
  }
  const Json* column = object.find("column");
  if (column == nullptr || !column->is_object())
    return value_error("row_condition: a condition needs its 'column'");
  const std::string name = cat("`", Arguments(column->get_object()).text_or("name", ""), "`");
  if (type == "nullity") return cat(name, object.flag("is_null") ? " is null" : " is not null");
  const std::string word = object.text_or("operator", "==");
  const Json* parameter = object.find("parameter");
  std::string value = parameter == nullptr ? "null" : sluice::to_text(*parameter);
  return cat(name, " ", to_lower(word), " ", value);
}

}  // namespace

Result<void> Session::read_condition(const Arguments& arguments, Running& running) {
  const Json* condition = arguments.find("row_condition");
  const std::string parser = arguments.text_or("condition_parser", "pandas");
  if (std::find(std::begin(kParsers), std::end(kParsers), parser) == std::end(kParsers))
    return value_error(cat("condition_parser: value is not a valid enumeration member: '", parser,
                           "' is none of ", kParsers[0], ", ", kParsers[1], ", ", kParsers[2]));
  if (condition == nullptr) return success();
  const std::string text = TRY(condition_text(*condition, 0));
  auto expression = RowExpression::parse(text, MissingDiffers::True);
  if (!expression.ok())
    return value_error(cat("row_condition '", text, "': ", expression.error().describe()));
  for (const std::string& name : expression->columns()) {
    const auto field = header_.find(name);
    if (!field)
      return value_error(cat("row_condition '", text, "': there is no column '", name, "'",
                             did_you_mean(name, header_.columns)));
    running.condition_fields.push_back(*field);
    needed_[*field] = true;
  }
  running.condition = std::make_unique<RowExpression>(std::move(expression).value());
  return success();
}

// Marks the columns that the arguments name.
void Session::need(const Arguments& arguments, const ResultFormat& format, Running& running) {
  const auto mark = [&](std::string_view name) {
    if (const auto field = header_.find(name)) needed_[*field] = true;
  };
  for (const std::string_view key : {"column", "column_A", "column_B"})
    if (const std::string name = arguments.text_or(key, ""); !name.empty()) {
      mark(name);
      running.judgement.columns.push_back(name);
    }
  const Json* list = arguments.find("column_list");
  if (list != nullptr && list->is_array())
    for (const Json& item : list->get_array())
      if (item.is_string()) {
        mark(view(item.get_string()));
        running.judgement.columns.emplace_back(view(item.get_string()));
      }
  for (const std::string& name : format.index_columns) mark(name);
}

Result<void> Session::prepare(const Configuration& configuration, Running& running) {
  const ExpectationType* type = find_expectation(configuration.type);
  if (type == nullptr)
    return Error(ErrorCode::Unsupported,
                 cat("ExpectationNotFoundError: ", configuration.type, " is not supported",
                     near_expectation(configuration.type)));
  running.kwargs = std::make_unique<JsonObject>(
      TRY(resolve_parameters(configuration.kwargs, options_.parameters)));
  const Arguments arguments(*running.kwargs);
  const ResultFormat format = TRY(read_result_format(arguments, options_.format));
  for (const std::string_view key : {"catch_exceptions", "include_config", "meta", "batch_id",
                                     "table", "severity", "description", "windows"})
    arguments.find(key);
  TRY(read_condition(arguments, running));
  const Setup setup{arguments, header_, format, options_.budget};
  running.expectation = TRY(type->create(setup));
  running.judgement.ignored = arguments.unknown();
  need(arguments, format, running);
  return success();
}

void Session::add(const Configuration& configuration) {
  needed_.resize(header_.columns.size());
  Running running;
  const Result<void> prepared = prepare(configuration, running);
  if (!prepared.ok()) {
    running.expectation.reset();
    running.judgement.exception = prepared.error().describe();
  }
  running_.push_back(std::move(running));
}

void Session::select(const Running& running, const Batch& batch) {
  selected_.clear();
  row_.resize(running.condition_fields.size());
  for (std::uint32_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < row_.size(); ++i)
      row_[i] = batch.columns[running.condition_fields[i]][row];
    if (running.condition->holds(row_)) selected_.push_back(row);
  }
}

void Session::feed(const Batch& batch) {
  const std::size_t before = all_rows_.size();
  if (before < batch.rows) {
    all_rows_.resize(batch.rows);
    std::iota(all_rows_.begin() + static_cast<std::ptrdiff_t>(before), all_rows_.end(),
              static_cast<std::uint32_t>(before));
  }
  for (Running& running : running_) {
    if (running.expectation == nullptr || running.pass == Pass::Last) continue;
    if (running.condition == nullptr) {
      running.expectation->add(batch, RowIndexes(all_rows_).first(batch.rows));
      continue;
    }
    select(running, batch);
    running.expectation->add(batch, selected_);
  }
}

bool Session::again() {
  bool wanted = false;
  for (Running& running : running_) {
    if (running.expectation == nullptr || running.pass == Pass::Last) continue;
    running.pass = running.expectation->end_of_pass();
    wanted = wanted || running.pass == Pass::Again;
  }
  return wanted;
}

std::vector<Judgement> Session::judgements() {
  std::vector<Judgement> judgements;
  for (Running& running : running_) {
    Judgement judgement = std::move(running.judgement);
    const auto& columns = judgement.columns;
    const bool masked = std::any_of(columns.begin(), columns.end(),
                                    [this](const auto& name) { return header_.is_masked(name); });
    if (running.expectation != nullptr) {
      auto outcome = running.expectation->outcome();
      if (outcome.ok()) {
        judgement.success = outcome->success;
        judgement.result = std::move(outcome->result);
        if (masked) mask_observed(judgement.result);
        judgement.positions = std::move(outcome->positions);
      } else {
        judgement.exception = outcome.error().describe();
        if (masked) judgement.exception = masked_exception(judgement.exception);
      }
    }
    judgements.push_back(std::move(judgement));
  }
  return judgements;
}

JsonObject result_json(const Configuration& configuration, const Judgement& judgement) {
  JsonObject exception{{"raised_exception", !judgement.exception.empty()},
                       {"exception_message", nullptr},
                       {"exception_traceback", nullptr}};
  if (!judgement.exception.empty()) {
    exception["exception_message"] = judgement.exception;
    exception["exception_traceback"] = judgement.exception;
  }
  JsonObject config{{"expectation_type", configuration.type},
                    {"kwargs", configuration.kwargs},
                    {"meta", configuration.meta}};
  if (!configuration.id.empty()) config["id"] = configuration.id;
  return JsonObject{{"success", judgement.success},
                    {"expectation_config", std::move(config)},
                    {"result", judgement.result},
                    {"meta", JsonObject{}},
                    {"exception_info", std::move(exception)}};
}

}  // namespace sluice::ml::expectations
