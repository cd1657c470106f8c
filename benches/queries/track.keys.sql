-- Half the best known, half of all.
(select id from tracks where merged_into_id is null order by popularity desc, id desc limit :limit / 2)
union
(select id from tracks where merged_into_id is null order by md5(id::text) limit :limit / 2)
order by 1
