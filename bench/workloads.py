"""Every workload by its name. A workload yields contestants; the first one is Limno, and the ratio of every
other is its CPU seconds over Limno's."""
import committing
import loading
import merging
import replaying
import scanning
import upkeep

WORKLOADS = {name: workload for module in (loading, merging, scanning, committing, replaying, upkeep)
             for name, workload in module.WORKLOADS.items()}
