// On tables that track rows: which row a row is (its id, the same through UPDATE, MERGE and
// OPTIMIZE) and when it was last changed, as virtual columns of scans. Files say it in hidden
// columns; where these are missing or NULL, the file's entry in the log and the row's position do.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/duck.h"
#include "engine/file_list.h"

namespace limno::engine {

/// The names that users know.
inline constexpr char kRowIdName[] = "_row_id";
inline constexpr char kRowCommitVersionName[] = "_row_commit_version";
/// The same for our own statements, which no column of a table may hide.
inline constexpr char kKeptRowIdName[] = "_limno_row_id";
inline constexpr char kKeptRowCommitVersionName[] = "_limno_row_commit_version";

inline constexpr duckdb::column_t kRowIdColumn = UINT64_C(0x8000000000000110);
inline constexpr duckdb::column_t kRowCommitVersionColumn = UINT64_C(0x8000000000000111);
inline constexpr duckdb::column_t kKeptRowIdColumn = UINT64_C(0x8000000000000112);
inline constexpr duckdb::column_t kKeptRowCommitVersionColumn = UINT64_C(0x8000000000000113);

bool IsRowIdentity(duckdb::column_t column);
/// The rows of a scan have an identity, and the table keeps it as it is now.
bool KeepsIdentity(const ScanContext& scan);
/// Adds the four to a scan's virtual columns.
void AddRowIdentity(duckdb::virtual_column_map_t& columns);

/// Makes these columns for one file, around the mapping of all others.
class RowIdentityExpressions {
 public:
  /// `reader_data` holds the file's reader; all must outlive it. The scan has an identity.
  RowIdentityExpressions(ClientContext& context, const ScanContext& scan,
                         const table::DataFile& file, duckdb::MultiFileReaderData& reader_data);

  /// Before the mapping: keeps a place for those columns that no filter is on.
  void Reserve(const duckdb::vector<duckdb::ColumnIndex>& columns,
               optional_ptr<duckdb::TableFilterSet> filters);
  /// After it: fills these places.
  void Complete();

  /// A column that a filter is on, computed from the row number alone, which will be at
  /// `row_number` of the file's chunks. Costs reading the file's whole hidden column.
  duckdb::unique_ptr<duckdb::Expression> FromRowNumber(duckdb::column_t column,
                                                       idx_t row_number) const;

 private:
  struct Place {
    idx_t position;
    duckdb::column_t column;
  };

  const std::string& StoredName(duckdb::column_t column) const;
  /// Where the file has a hidden column; invalid if it has not.
  duckdb::optional_idx FindStored(duckdb::column_t column) const;
  idx_t Read(idx_t local_column);
  idx_t ReadRowNumber();
  duckdb::unique_ptr<duckdb::Expression> Default(duckdb::column_t column, idx_t row_number) const;

  ClientContext& context_;
  const ScanContext& scan_;
  const table::DataFile& file_;
  duckdb::MultiFileReaderData& reader_data_;
  std::vector<Place> places_;
  /// Column of the file -> its place in the file's chunks.
  std::map<idx_t, idx_t> read_;
  duckdb::optional_idx row_number_;
};

}  // namespace limno::engine
