/*---
kind: merge
key: [year, month, day, carrier, flight, origin]
cluster_by: [dest, carrier]
description: One row per flight. A flight that is delivered again replaces what was known of it.
---*/
select
  year, month, day, carrier, flight, origin, dest, tailnum,
  time_hour,
  dep_time is null as cancelled,
  dep_delay, arr_delay, air_time, distance
from bronze.flights
qualify row_number() over (
  partition by year, month, day, carrier, flight, origin
  order by _limno_loaded_at desc, _limno_file desc) = 1
