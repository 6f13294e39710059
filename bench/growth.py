"""How the cost of a workload grows with its size."""
import math


def exponent(points):
    """The slope of log(cost) over log(size), by least squares: 1 is linear, 0 does not grow. None for one point."""
    logs = [(math.log(size), math.log(max(cost, 1e-6))) for size, cost in points]
    if len({size for size, _ in logs}) < 2:
        return None
    mean_size, mean_cost = (sum(values) / len(logs) for values in zip(*logs))
    return (sum((size - mean_size) * (cost - mean_cost) for size, cost in logs)
            / sum((size - mean_size) ** 2 for size, _ in logs))


def print_table(results, sizes):
    """`results`: rows of bench.py; `sizes`: name of a size -> factor."""
    print(f"\nCPU seconds by size, and the exponent of the growth\n  {'':16} {'':26} "
          + " ".join(f"{name:>9}" for name in sizes) + f" {'exponent':>9} {'MiB':>14}")
    for key in dict.fromkeys((row["workload"], row["contestant"]) for row in results):
        found = {row["size"]: row for row in results if (row["workload"], row["contestant"]) == key}
        slope = exponent([(sizes[size], row["cpu_s"]) for size, row in found.items()])
        figures = " ".join(f"{found[size]['cpu_s']:9.3f}" if size in found else f"{'':9}" for size in sizes)
        peak = [row["rss_mib"] for row in found.values()]
        print(f"  {key[0]:16} {key[1]:26} {figures} {'' if slope is None else f'{slope:9.2f}'} {min(peak):6.0f} - {max(peak):.0f}")
