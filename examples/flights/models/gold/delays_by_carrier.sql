/*---
kind: table
description: Delays of each airline, month by month.
---*/
select
  airlines.name as airline,
  flights.year, flights.month,
  count(*) as flights,
  count(*) filter (where flights.cancelled) as cancelled,
  round(avg(flights.dep_delay), 2) as mean_departure_delay,
  round(avg(flights.arr_delay), 2) as mean_arrival_delay
from silver.flights as flights
left join bronze.airlines as airlines using (carrier)
group by all
