/*---
kind: table
description: Whether old planes are late planes.
---*/
select
  5 * ((flights.year - planes.year) // 5) as age_from_years,
  count(*) as flights,
  count(distinct flights.tailnum) as planes,
  round(avg(flights.dep_delay), 2) as mean_departure_delay
from silver.flights as flights
join bronze.planes as planes using (tailnum)
where planes.year is not null
group by all
