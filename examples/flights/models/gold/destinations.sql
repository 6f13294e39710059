/*---
kind: view
description: Where the flights go.
---*/
select
  airports.name as airport, flights.dest,
  count(*) as flights,
  round(avg(flights.arr_delay), 2) as mean_arrival_delay
from silver.flights as flights
left join bronze.airports as airports on airports.faa = flights.dest
group by all
