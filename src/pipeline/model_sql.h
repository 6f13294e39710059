// The statements that write a model's rows. Pure text.
#pragma once

#include <string>
#include <vector>

#include "limno/query.h"
#include "pipeline/model.h"

namespace limno::pipeline {

/// Where the rows of a merge wait while they are checked.
inline constexpr const char* kBatchTable = "temp.main.limno_batch";

std::string QuotedName(const catalog::TableName& name);
std::string CreateOrReplaceSql(const Model& model, const std::string& query);
std::string CreateBatchSql(const std::string& query);
/// Keys that occur in several rows of `relation`, at most three; rows with a NULL in the key do not
/// count, since no key equals theirs.
std::string DuplicateKeysSql(const Model& model, const std::string& relation);
/// `columns` are those of the batch, all of which the target has.
std::string MergeSql(const Model& model, const std::vector<Column>& columns,
                     const std::string& batch);
std::string AddColumnSql(const Model& model, const Column& column);
std::string OptimizeSql(const Model& model);

}  // namespace limno::pipeline
