/*---
kind: table
description: Delays against what the weather was at the airport in the hour of departure.
---*/
select
  case
    when weather.visib < 1 then '1 fog, under a mile'
    when weather.precip > 0 then '2 rain or snow'
    when weather.wind_speed >= 20 then '3 wind, 20 mph or more'
    else '4 fair'
  end as weather,
  count(*) as flights,
  round(100.0 * count(*) filter (where flights.cancelled) / count(*), 2) as cancelled_percent,
  round(avg(flights.dep_delay), 2) as mean_departure_delay
from silver.flights as flights
join bronze.weather as weather using (origin, time_hour)
group by all
