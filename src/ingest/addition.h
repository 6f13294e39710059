// From landed files, each with columns and types of its own, to the rows to append.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "ingest/column_types.h"
#include "ingest/file_landing.h"
#include "ingest/landing.h"
#include "ingest/provenance.h"

namespace limno::ingest {

/// Elects a type for every column of these files that `wanted` does not have, and adds it there, in
/// the spelling of the first file. `order` gets the names of all columns in order of appearance.
void ElectColumns(const std::vector<const LandedFile*>& files, WantedColumns& wanted,
                  std::vector<std::string>& order);

/// All columns of the file can be cast to what is wanted without loss: no need to land it again.
bool MatchesWanted(const LandedFile& file, const WantedColumns& wanted);

/// Indexes of files that share no column with the file most of them resemble: they were meant for
/// another table.
std::vector<size_t> FindStrangers(const std::vector<const LandedFile*>& files);

/// All rows, with the columns of `order` in that order and with the types `wanted` has for them;
/// NULL where a file lacks one. Files must match. Those that this load has landed, and whose
/// columns are what is wanted, are handed on whole.
engine::Addition MakeAddition(const std::vector<const LandedFile*>& files,
                              const WantedColumns& wanted, const std::vector<std::string>& order,
                              const LoadIdentity& load);

}  // namespace limno::ingest
