"""Foreign tables that really are damaged, and how."""

FAMILIES = ("golden", "features", "delta-rs", "spark-written", "delta-rs-written")

# Path below the data -> problems that FSCK has to find there.
KNOWN = {}
