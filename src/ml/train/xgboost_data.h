// Channels as what XGBoost learns from: rows of floats, a label and perhaps a weight for each.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ml/data/table.h"
#include "ml/train/xgboost_options.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct TrainingRows {
  std::vector<std::string> features;
  std::vector<float> values;  // row after row, NaN where missing
  std::vector<float> labels;
  std::vector<float> weights;         // empty: all the same
  std::vector<std::string> left_out;  // columns of text that nobody excluded

  std::size_t size() const { return labels.size(); }
};

// The one CSV file of the channel's folder. NotFound for an absent channel, InvalidInput for none
// or several files.
Result<os::Path> channel_file(const os::FileReader& files, const os::Path& data_folder,
                              std::string_view channel);

// Whether the numbers must differ, as they must where a model is learnt from them.
enum class LabelCheck { MayBeConstant, MustVary };

// Reads the file and checks it for what makes training senseless; messages name file, column and
// row. Without `features` in the options all numeric columns are taken, and a column that would be
// one but for some of its values is an error; the rows of further channels are read with the
// features of the first.
Result<TrainingRows> read_training_rows(const os::FileReader& files, const os::Path& file,
                                        const XgboostOptions& options, LabelCheck check);

}  // namespace sluice::ml
