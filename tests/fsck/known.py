"""Foreign tables that really are damaged, and how."""

FAMILIES = ("golden", "features", "delta-rs", "spark-written", "delta-rs-written")

# Path below the data -> problems that FSCK has to find there.
KNOWN = {
    # Made to be broken: no metaData at all, or not in the checkpoint.
    "golden/deltalog-state-reconstruction-without-metadata/delta": ["commit_damaged", "log_unreadable"],
    "golden/deltalog-state-reconstruction-from-checkpoint-missing-metadata/delta": ["checkpoint_damaged", "missing_file"],
    "golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol/delta": ["checkpoint_damaged", "missing_file"],
    # Logs that were written without the files.
    "golden/data-reader-absolute-paths-escaped-chars/delta": ["missing_file"],
    "golden/delete-re-add-same-file-different-transactions/delta": ["missing_file"],
    "golden/deltalog-commit-info/delta": ["missing_file"],
    "features/app-txn-with-last-updated": ["missing_file"],
    "delta-rs/checkpoint_with_partitions": ["missing_file"],
    "delta-rs/checkpoints": ["missing_file"],
    "delta-rs/checkpoints_vacuumed": ["missing_file"],
    "delta-rs/latest_not_checkpointed": ["missing_file"],
    # A checksum of ten files beside a log of none; a checkpoint of another table.
    "features/crc-full": ["checksum_differs"],
    "features/parquet_row_group_skipping": ["checkpoint_differs"],
    # Features that were made up, and one that was named otherwise before it was released.
    "delta-rs/simple_table_features": ["unknown_feature"],
    "delta-rs/table_with_liquid_clustering": ["unknown_feature"],
    # deltalake rounded the least timestamp up.
    "delta-rs/issue_1374": ["wrong_statistics"],
    # deltalake leaves NaN out of account: queries for greater values lose the rows.
    "delta-rs-written/all_types_checkpoint": ["wrong_statistics"],
}
