#include "pipeline/github/concurrency.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kQueueWords = "'queue' must be single or max";
constexpr std::string_view kQueueAndCancel =
    "'queue: max' lets many wait, 'cancel-in-progress' lets none wait: they exclude each other";

Token member(const Token& mapping, std::string_view key) {
  const Token* found = mapping.find(key);
  return found == nullptr ? Token{} : *found;
}

bool is_container(const Token& token) {
  return token.kind == TokenKind::Sequence || token.kind == TokenKind::Mapping;
}

bool is_literal(const Token& token) {
  return token.present() && !token.has_expression() && !is_container(token);
}

void check_group(Reading& reading, const Concurrency& concurrency) {
  const Token& group = concurrency.group;
  if (is_container(group))
    reading.error(group.position, "wrong-type", "the group of 'concurrency' must be a text");
  else if (is_literal(group) && trim(group.literal_text()).empty())
    reading.error(group.position, "wrong-type", "the group of 'concurrency' is empty");
}

void check_cancel(Reading& reading, const Token& cancel) {
  if (!cancel.present() || cancel.has_expression() || cancel.kind == TokenKind::Boolean) return;
  reading.error(cancel.position, "wrong-type", "'cancel-in-progress' must be true or false");
}

void check_queue(Reading& reading, const Concurrency& concurrency) {
  const Token& queue = concurrency.queue;
  if (!queue.present() || queue.has_expression()) return;
  const std::string word = is_container(queue) ? "" : queue.literal_text();
  if (word != "single" && word != "max") {
    reading.error(queue.position, "wrong-type",
                  cat(kQueueWords, is_container(queue) ? "" : cat(", not '", word, "'")));
    return;
  }
  const Token& cancel = concurrency.cancel_in_progress;
  if (word == "max" && is_literal(cancel) && cancel.literal.truthy())
    reading.error(queue.position, "exclusive-keys", std::string(kQueueAndCancel));
}

}  // namespace

Concurrency read_concurrency(Reading& reading, const YamlNode& mapping,
                             const ExpressionScope& scope) {
  Concurrency concurrency;
  const YamlNode* node = mapping.find("concurrency");
  if (node == nullptr) return concurrency;
  concurrency.written = reading.token(*node, scope);
  if (!node->is_mapping()) {
    concurrency.group = concurrency.written;
    if (is_container(concurrency.group))
      reading.error(node->position, "wrong-type",
                    "'concurrency' must be the name of a group or a mapping");
    else
      check_group(reading, concurrency);
    return concurrency;
  }
  reading.check_keys(*node, concurrency_keys(), "'concurrency'");
  concurrency.group = member(concurrency.written, "group");
  concurrency.cancel_in_progress = member(concurrency.written, "cancel-in-progress");
  concurrency.queue = member(concurrency.written, "queue");
  check_group(reading, concurrency);
  check_cancel(reading, concurrency.cancel_in_progress);
  check_queue(reading, concurrency);
  return concurrency;
}

EvaluatedConcurrency evaluate_concurrency(const Concurrency& concurrency,
                                          const EvaluationContext& context,
                                          std::string_view file_text) {
  EvaluatedConcurrency evaluated;
  if (!concurrency.present()) return evaluated;
  TokenEvaluator evaluator(context, file_text);
  ConcurrencyGroup group;
  group.name = std::string(trim(evaluator.text(concurrency.group)));
  if (concurrency.cancel_in_progress.present())
    group.cancel_in_progress =
        evaluator.boolean(concurrency.cancel_in_progress, "cancel-in-progress");
  const std::string queue =
      concurrency.queue.present() ? evaluator.text(concurrency.queue) : std::string("single");
  group.queue = queue == "max" ? GroupQueue::Max : GroupQueue::Single;
  const auto problem = [&](const Token& token, std::string message) {
    evaluated.problem = TokenEvaluator::Problem{token.position, std::move(message)};
  };
  if (evaluator.problem())
    evaluated.problem = evaluator.problem();
  else if (group.name.empty())
    problem(concurrency.group, "the group of 'concurrency' is empty");
  else if (queue != "max" && queue != "single")
    problem(concurrency.queue, cat(kQueueWords, ", not '", queue, "'"));
  else if (group.queue == GroupQueue::Max && group.cancel_in_progress)
    problem(concurrency.queue, std::string(kQueueAndCancel));
  else
    evaluated.group = std::move(group);
  return evaluated;
}

}  // namespace sluice::pipeline::github
